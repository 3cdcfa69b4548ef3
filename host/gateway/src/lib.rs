//! All outbound HTTP: origins, credentials, limits, retries, record and replay.
