"""Rules ID1xx: what can be read, and whether every id names one thing."""
