//! dbt artifacts: models, tests, lineage and documentation of warehouse tables.
