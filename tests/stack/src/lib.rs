//! Starts and stops the real servers the tests run against.
