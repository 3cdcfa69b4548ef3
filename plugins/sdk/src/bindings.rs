//! The contract as Rust, generated from wit/. Never edited by hand: change the WIT instead.
#![expect(missing_docs, clippy::pedantic, reason = "generated; the WIT files carry the documentation")]

wit_bindgen::generate!({
    path: "../../wit",
    world: "source",
    pub_export_macro: true,
    export_macro_name: "export_connector",
    default_bindings_module: "metahost_plugin_sdk::bindings",
    generate_all,
});

/// The export that only SQL sources have, apart from the rest so that a plain source does not carry it.
pub mod sql {
    wit_bindgen::generate!({
        inline: "
            package metahost:sdk;
            world sql-export { export metahost:source/sql@0.1.0; }
        ",
        path: "../../wit",
        world: "metahost:sdk/sql-export",
        with: { "metahost:source/types@0.1.0": super::metahost::source::types },
        pub_export_macro: true,
        export_macro_name: "export_sql",
        default_bindings_module: "metahost_plugin_sdk::bindings::sql",
    });
}
