//! The contract as the host sees it, generated from wit/. Never edited by hand: change the WIT instead.

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "source",
    imports: { default: async | trappable },
    exports: { default: async },
    with: { "metahost:source/http.body": crate::capability::GuestBody },
});
