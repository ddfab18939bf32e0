"""What central hands to its stations as files: announced on `all/down/policy`, fetched by HTTP (ADR 0149)."""
