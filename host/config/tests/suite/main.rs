//! What a user of metahost.toml sees, through the crate's public face. One program, so that it is linked once.

#[cfg(test)]
mod aws;
#[cfg(test)]
mod common;
#[cfg(test)]
mod mistakes;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod stand_in;
#[cfg(test)]
mod vault;
