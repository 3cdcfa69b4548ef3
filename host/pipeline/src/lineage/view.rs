//! A view as the query that it is.

use metahost_model::{Endpoint, Entity, Query, Service, Table, TableKind};

/// The query that a view is.
pub(crate) fn of_view(service: &Service, entity: &Entity) -> Option<Query> {
    let Entity::Table(Table { common, kind, definition: Some(sql), .. }) = entity else { return None };
    if !matches!(kind, TableKind::View | TableKind::SecureView | TableKind::MaterializedView) {
        return None;
    }
    let mut within = common.path.parts().iter().cloned();
    Some(Query {
        sql: sql.clone(),
        dialect: service.service_type.to_lowercase(),
        database: within.next(),
        schema: within.next(),
        target: Some(Endpoint { service: None, kind: entity.kind(), path: common.path.clone() }),
        ..Query::default()
    })
}
