"""The contract: records, their encoding, and how a body is cut into lines."""
