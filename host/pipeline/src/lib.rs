//! One run: filter, identify, reconcile, write, account.
