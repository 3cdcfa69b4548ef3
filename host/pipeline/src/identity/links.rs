//! How the names of one table are linked: from what is nearer to its files to what reads it, each once. A group of n names
//! has n - 1 links and no circle.

use metahost_catalog::Node;

use super::layer::Layer;
use super::member::Member;

/// From one name of a table to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// The links of a group, of which the members come in the order in which edges prefer them.
pub(crate) fn links(group: &[usize], members: &[(Node, Member)]) -> Vec<Link> {
    let layers = [Layer::Storage, Layer::Catalog, Layer::Engine];
    let of_layer = |layer| group.iter().copied().filter(move |at| members[*at].1.layer == layer);
    let mut layers =
        layers.into_iter().map(|layer| of_layer(layer).collect::<Vec<usize>>()).filter(|it| !it.is_empty());
    let (Some(first), rest) = (layers.next(), layers.collect::<Vec<_>>()) else { return Vec::new() };
    let Some(second) = rest.first() else {
        // All are of one layer: what edges prefer is what the others show again.
        return first[1..].iter().map(|to| Link { from: first[0], to: *to }).collect();
    };
    let mut links: Vec<Link> = first.iter().map(|from| Link { from: *from, to: second[0] }).collect();
    links.extend(second[1..].iter().map(|to| Link { from: first[0], to: *to }));
    for pair in rest.windows(2) {
        links.extend(pair[1].iter().map(|to| Link { from: pair[0][0], to: *to }));
    }
    links
}
