"""Rules RISK4xx: the risk file."""
