"""The guard's page."""
