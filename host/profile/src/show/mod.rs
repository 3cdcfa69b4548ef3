//! Profiles for people: text for terminals, a page for browsers. Computes nothing but shapes.

mod html;
mod numbers;
mod text;

pub use html::html;
pub use text::text;
