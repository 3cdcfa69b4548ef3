//! Which IP addresses a name may lead to. The check sits in the resolver, so the address that was checked is the one
//! that is dialled: a name that answers differently the second time gains nothing.

use std::collections::BTreeSet;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// How far a name may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Addresses of the public internet only.
    Public,
    /// Loopback and private ranges too. Never link-local addresses: cloud metadata services live there.
    Private,
}

/// Where an address lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Public,
    Private,
    Never,
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        match zone(address) {
            Zone::Public => true,
            Zone::Private => self == Self::Private,
            Zone::Never => false,
        }
    }
}

fn zone(address: IpAddr) -> Zone {
    match address {
        IpAddr::V4(address) => zone_v4(address),
        IpAddr::V6(address) => embedded_v4(address).map_or_else(|| zone_v6(address), zone_v4),
    }
}

fn zone_v4(address: Ipv4Addr) -> Zone {
    let [a, b, c, d] = address.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let special = (a, b, c) == (192, 0, 0) || (a == 198 && (b & 0xfe) == 18);
    if (a, b, c, d) == (100, 100, 100, 200) || address.is_link_local() || address.is_multicast() || a >= 240 {
        Zone::Never
    } else if address.is_private() || address.is_loopback() || a == 0 || shared || special {
        Zone::Private
    } else {
        Zone::Public
    }
}

fn zone_v6(address: Ipv6Addr) -> Zone {
    const AWS_METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    if address == AWS_METADATA || address.is_unicast_link_local() || address.is_multicast() {
        Zone::Never
    } else if address.is_loopback() || address.is_unspecified() || address.is_unique_local() {
        Zone::Private
    } else {
        Zone::Public
    }
}

/// The IPv4 address inside a mapped, NAT64 or 6to4 one; it is where the packet ends.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bytes = address.octets();
    let at = |from: usize| Ipv4Addr::new(bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]);
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => Some(at(12)),
        [0x2002, ..] => Some(at(2)),
        _ => address.to_ipv4_mapped(),
    }
}

/// Every address of a name was refused.
#[derive(Debug)]
pub(crate) struct AddressRefused {
    pub(crate) address: IpAddr,
}

impl fmt::Display for AddressRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name leads to {}, which is not granted", self.address)
    }
}

impl std::error::Error for AddressRefused {}

/// The system's resolver with what is out of reach taken away.
pub(crate) struct GuardedResolver {
    pub(crate) reach: Reach,
    /// Names of proxies: they are the operator's own choice and commonly private.
    pub(crate) exempt: Arc<BTreeSet<String>>,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (reach, exempt) = (self.reach, self.exempt.contains(name.as_str()));
        Box::pin(async move {
            let allowed = lookup(name.as_str(), 0, reach, exempt).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The addresses of a name that are in reach; all of them where it is exempt.
pub(crate) async fn lookup(
    name: &str,
    port: u16,
    reach: Reach,
    exempt: bool,
) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
    let found: Vec<SocketAddr> = tokio::net::lookup_host((name, port)).await?.collect();
    let allowed: Vec<_> = found.iter().copied().filter(|at| exempt || reach.allows(at.ip())).collect();
    match (allowed.is_empty(), found.first()) {
        (true, Some(first)) => Err(AddressRefused { address: first.ip() }.into()),
        _ => Ok(allowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(text: &str) -> (bool, bool) {
        let address = text.parse().unwrap();
        (Reach::Public.allows(address), Reach::Private.allows(address))
    }

    #[test]
    fn public_addresses_are_always_in_reach() {
        for text in ["93.184.216.34", "2606:2800:220:1::1", "172.32.0.1", "100.128.0.1"] {
            assert_eq!(reach(text), (true, true), "{text}");
        }
    }

    #[test]
    fn private_and_loopback_addresses_need_the_grant() {
        for text in ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "::1", "fd12::1"] {
            assert_eq!(reach(text), (false, true), "{text}");
        }
    }

    #[test]
    fn metadata_and_link_local_addresses_are_never_reached_by_name() {
        for text in ["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "224.0.0.1", "255.255.255.255"] {
            assert_eq!(reach(text), (false, false), "{text}");
        }
    }

    #[test]
    fn an_ipv4_address_inside_an_ipv6_one_is_judged_as_what_it_is() {
        assert_eq!(reach("::ffff:169.254.169.254"), (false, false));
        assert_eq!(reach("64:ff9b::7f00:1"), (false, true));
        assert_eq!(reach("2002:a00:1::1"), (false, true));
    }

    async fn resolve(reach: Reach, exempt: &[&str]) -> Result<Vec<SocketAddr>, String> {
        let exempt = Arc::new(exempt.iter().map(ToString::to_string).collect());
        let found = GuardedResolver { reach, exempt }.resolve("localhost".parse().unwrap()).await;
        found.map(Iterator::collect).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_name_whose_addresses_are_all_out_of_reach_resolves_to_none() {
        let refused = resolve(Reach::Public, &[]).await.unwrap_err();
        assert!(refused.contains("which is not granted"), "{refused}");
        assert!(resolve(Reach::Private, &[]).await.unwrap().iter().all(|at| at.ip().is_loopback()));
        assert!(resolve(Reach::Public, &["localhost"]).await.is_ok(), "a proxy may be anywhere");
    }
}
