"""Rules DEV2xx: device, intended purpose, classification, operators, figures."""
