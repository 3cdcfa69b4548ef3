//! A guest that misbehaves on request, for the sandbox tests.
