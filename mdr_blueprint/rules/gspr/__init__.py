"""Rules GSPR3xx: the answers to Annex I."""
