"""Rules DOC8xx: documents, evidence, approvals, waivers."""
