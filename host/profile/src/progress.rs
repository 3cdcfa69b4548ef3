//! Who wants to know how far it is.

/// Who wants to know how far it is. Several threads tell at the same time.
pub trait Progress: Sync {
    /// So many values will be read.
    fn begin(&self, values: u64);
    /// So many more were read.
    fn advance(&self, values: u64);
}

/// Nobody does.
impl Progress for () {
    fn begin(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}
