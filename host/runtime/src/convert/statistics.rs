//! Facts about tables and their files.

use metahost_model as model;

use crate::bindings::metahost::source::statistics as wit;

pub(crate) fn table_stat(stat: wit::TableStat) -> model::TableStat {
    model::TableStat {
        rows: stat.rows,
        bytes: stat.bytes,
        snapshot: stat.snapshot,
        taken_at: stat.taken_at,
        created_at: stat.created_at,
        columns: stat.columns.into_iter().map(column_stat).collect(),
        operations: stat.operations.into_iter().map(operation).collect(),
    }
}

fn operation(operation: wit::Operation) -> model::Operation {
    model::Operation { kind: operation.kind, at: operation.at, rows: operation.rows }
}

fn column_stat(stat: wit::ColumnStat) -> model::ColumnStat {
    model::ColumnStat {
        column: stat.column,
        values: stat.values,
        nulls: stat.nulls,
        nans: stat.nans,
        distinct: stat.distinct,
        lower: stat.lower,
        upper: stat.upper,
        bytes: stat.bytes,
        exact: stat.exact,
    }
}

pub(crate) fn file_set(files: wit::FileSet) -> model::FileSet {
    model::FileSet {
        snapshot: files.snapshot,
        credential: files.credential,
        columns: files.columns.into_iter().map(file_column).collect(),
        files: files.files.into_iter().map(data_file).collect(),
    }
}

fn file_column(column: wit::FileColumn) -> model::FileColumn {
    model::FileColumn {
        id: column.id,
        column: column.column,
        kind: column.kind,
        initial_default: column.initial_default,
    }
}

fn data_file(file: wit::DataFile) -> model::DataFile {
    model::DataFile {
        location: file.location,
        url: file.url,
        format: file.format,
        rows: file.rows,
        bytes: file.bytes,
        partition: file.partition,
        deletes: file.deletes.into_iter().map(delete_file).collect(),
    }
}

fn delete_file(file: wit::DeleteFile) -> model::DeleteFile {
    model::DeleteFile {
        url: file.url,
        bytes: file.bytes,
        kind: match file.kind {
            wit::DeleteKind::Position => model::DeleteKind::Position,
            wit::DeleteKind::Equality => model::DeleteKind::Equality,
            wit::DeleteKind::DeletionVector => model::DeleteKind::DeletionVector,
        },
        field_ids: file.field_ids,
        offset: file.offset,
        length: file.length,
    }
}
