//! Where records land: OpenMetadata, the local catalog, JSON lines.
