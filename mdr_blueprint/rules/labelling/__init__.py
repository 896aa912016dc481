"""Rules LAB6xx: statements on label, packaging, display and in the instructions for use."""
