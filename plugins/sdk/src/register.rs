//! From a connector's Rust type to the component's exports. Never holds more than the one open connector.

use core::cell::RefCell;

use crate::connector::{Descriptor, Mode, ReadRequest, Split, Summary};
use crate::error::{Error, Result};
use crate::sql::{Rows, Statement};

/// A metadata source. An instance lives for one piece of work.
pub trait Connector: Sized + 'static {
    /// What this connector is; calls nothing of the host.
    fn describe() -> Descriptor;
    /// Reads the configuration; connects to nothing yet unless it must.
    fn open(config: &str) -> Result<Self>;
    /// One step of the connection test.
    fn test(&mut self, step: &str) -> Result<String>;
    /// The work there is.
    fn discover(&mut self, modes: &[Mode]) -> Result<Vec<Split>>;
    /// Emits one split.
    fn read(&mut self, request: ReadRequest) -> Result<Summary>;
    /// Releases what the source holds for it.
    fn close(self) {}
}

/// A source that answers SQL.
pub trait SqlConnector: Connector {
    /// The dialect's name.
    fn dialect() -> &'static str;
    /// Runs one statement.
    fn execute(&mut self, statement: Statement) -> Result<Rows>;
}

/// Where the open connector of a component instance is kept.
pub struct Slot<C>(RefCell<Option<C>>);

impl<C: Connector> Slot<C> {
    /// Nothing open yet.
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    /// Opens the connector.
    pub fn open(&self, config: &str) -> Result<()> {
        self.0.replace(Some(C::open(config)?));
        Ok(())
    }

    /// Works with the open connector.
    pub fn with<T>(&self, work: impl FnOnce(&mut C) -> Result<T>) -> Result<T> {
        match self.0.borrow_mut().as_mut() {
            Some(connector) => work(connector),
            None => Err(Error::Unsupported("the host must call `open` first".to_owned())),
        }
    }

    /// Closes the connector, if one is open.
    pub fn close(&self) {
        if let Some(connector) = self.0.take() {
            connector.close();
        }
    }
}

impl<C: Connector> Default for Slot<C> {
    fn default() -> Self {
        Self::new()
    }
}

/// Exports a type that implements [`Connector`]; with `sql` after it, one that implements [`SqlConnector`]. Only a
/// component has these exports: compiled natively, for tests, a connector is an ordinary library.
#[macro_export]
macro_rules! register {
    ($connector:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            $crate::register!(@component $connector);
        };
    };
    ($connector:ty, sql) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            $crate::register!(@component $connector);

            impl $crate::sql::Guest for Component {
                fn dialect() -> String {
                    <$connector as $crate::SqlConnector>::dialect().to_owned()
                }
                fn execute(statement: $crate::sql::Statement) -> $crate::Result<$crate::sql::Rows> {
                    OPEN.with(|slot| slot.with(|open| $crate::SqlConnector::execute(open, statement)))
                }
            }
            $crate::macros::export_sql!(Component with_types_in $crate::bindings::sql);
        };
    };
    (@component $connector:ty) => {
        struct Component;

        std::thread_local! {
            static OPEN: $crate::Slot<$connector> = const { $crate::Slot::new() };
        }

        impl $crate::connector::Guest for Component {
            fn describe() -> $crate::connector::Descriptor {
                <$connector as $crate::Connector>::describe()
            }
            fn open(config: String) -> $crate::Result<()> {
                OPEN.with(|slot| slot.open(&config))
            }
            fn test(step: String) -> $crate::Result<String> {
                OPEN.with(|slot| slot.with(|open| $crate::Connector::test(open, &step)))
            }
            fn discover(
                modes: Vec<$crate::connector::Mode>,
            ) -> $crate::Result<Vec<$crate::connector::Split>> {
                OPEN.with(|slot| slot.with(|open| $crate::Connector::discover(open, &modes)))
            }
            fn read(
                request: $crate::connector::ReadRequest,
            ) -> $crate::Result<$crate::connector::Summary> {
                OPEN.with(|slot| slot.with(|open| $crate::Connector::read(open, request)))
            }
            fn close() {
                OPEN.with($crate::Slot::close);
            }
        }
        $crate::macros::export_connector!(Component with_types_in $crate::bindings);
    };
}
