"""FEIG OBID HF readers. Source: FEIG H20800-16e-ID-B (OBID classic-pro, ID CPR family)."""
