//! The contract as the host sees it, generated from wit/. Never edited by hand: change the WIT instead.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "source",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "metahost:source/http.body": crate::capability::GuestBody },
});

/// What a connector exports beside the connector, if its source answers SQL.
pub(crate) mod sql {
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "
            package metahost:host;
            world answers-sql { export metahost:source/sql@0.1.0; }
        ",
        world: "metahost:host/answers-sql",
        exports: { default: async },
        with: { "metahost:source/types@0.1.0": crate::bindings::metahost::source::types },
    });
}
