"""What people follow, how they hear of it, and what they are told: notices, alerts, digests and My hub."""
