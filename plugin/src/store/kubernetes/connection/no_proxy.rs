//! Which hosts NO_PROXY names, by the rules of Go's httpproxy, which kubectl lives by.

use std::net::IpAddr;

/// What is reached without a proxy of the environment.
#[derive(Debug, Default, PartialEq)]
pub(super) struct NoProxy {
    is_all: bool,
    names: Vec<Name>,
}

/// One entry of the list.
#[derive(Debug, PartialEq)]
enum Name {
    /// A network.
    Network { address: IpAddr, bits: u8 },
    /// One address, at one port or at each.
    Address { address: IpAddr, port: Option<u16> },
    /// A domain and what is below it; the domain itself as well, unless it was written with a dot in front.
    Domain { domain: String, is_itself: bool, port: Option<u16> },
}

impl NoProxy {
    /// Reads a list. What makes no sense in it matches nothing.
    pub(super) fn read(list: &str) -> Self {
        let mut read = Self::default();
        for entry in list.split(',') {
            let entry = entry.trim().to_ascii_lowercase();
            if entry == "*" {
                return Self { is_all: true, names: Vec::new() };
            }
            read.names.extend(Name::read(&entry));
        }
        read
    }

    /// Whether a host is reached without a proxy. This machine itself always is.
    pub(super) fn covers(&self, host: &str, port: u16) -> bool {
        let host = host.trim().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let address = host.parse::<IpAddr>().ok().map(|it| it.to_canonical());
        if host == "localhost" || address.is_some_and(|it| it.is_loopback()) {
            return true;
        }
        self.is_all || self.names.iter().any(|it| it.covers(&host, address, port))
    }
}

impl Name {
    fn read(entry: &str) -> Option<Self> {
        if let Some((address, bits)) = entry.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            let bits: u8 = bits.parse().ok()?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            return (bits <= most).then_some(Self::Network { address, bits });
        }
        if let Ok(address) = entry.parse::<IpAddr>() {
            return Some(Self::Address { address: address.to_canonical(), port: None });
        }
        // The last colon is of a port, unless it is one of several in a bare address of IPv6, which was read above.
        let (host, port) = match entry.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (entry, None),
        };
        let bare = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Some(Self::Address { address: address.to_canonical(), port });
        }
        let host = host.strip_prefix('*').filter(|it| it.starts_with('.')).unwrap_or(host);
        let (domain, is_itself) = host.strip_prefix('.').map_or((host, true), |it| (it, false));
        (!domain.is_empty()).then(|| Self::Domain { domain: domain.to_owned(), is_itself, port })
    }

    fn covers(&self, host: &str, address: Option<IpAddr>, at: u16) -> bool {
        let is_port = |port: &Option<u16>| port.is_none_or(|it| it == at);
        match self {
            Self::Network { address: network, bits } => address.is_some_and(|it| is_in(it, *network, *bits)),
            Self::Address { address: own, port } => address == Some(*own) && is_port(port),
            Self::Domain { domain, is_itself, port } => {
                let below = host.strip_suffix(domain.as_str());
                let is_named = below.is_some_and(|it| it.ends_with('.') || (it.is_empty() && *is_itself));
                is_named && is_port(port)
            }
        }
    }
}

fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let number = |it: IpAddr| match it {
        IpAddr::V4(it) => (u128::from(it.to_bits()), 32),
        IpAddr::V6(it) => (it.to_bits(), 128),
    };
    let ((address, width), (network, of_network)) = (number(address), number(network));
    // A shift by all bits there are is none.
    let cut = |it: u128| it.checked_shr(u32::from(of_network - bits)).unwrap_or_default();
    width == of_network && cut(address) == cut(network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_hosts_as_gos_does() {
        // The list, the host, the port, and whether the proxy is passed by. Each row was compared with Go itself.
        let cases = [
            ("", "localhost", 443, true),
            ("", "127.0.0.1", 443, true),
            ("", "127.8.8.8", 443, true),
            ("", "::1", 443, true),
            ("", "[::1]", 443, true),
            ("", "api.example.com", 443, false),
            ("*", "api.example.com", 443, true),
            ("a, *", "api.example.com", 443, true),
            ("*x", "api.example.com", 443, false),
            ("example.com", "example.com", 443, true),
            ("example.com", "api.example.com", 443, true),
            ("example.com", "notexample.com", 443, false),
            ("example.com", "example.com.org", 443, false),
            (".example.com", "example.com", 443, false),
            (".example.com", "api.example.com", 443, true),
            (".example.com", "a.b.example.com", 443, true),
            ("*.example.com", "example.com", 443, false),
            ("*.example.com", "api.example.com", 443, true),
            ("EXAMPLE.com", "api.Example.COM", 443, true),
            ("example.com:6443", "api.example.com", 6443, true),
            ("example.com:6443", "api.example.com", 443, false),
            (".example.com:6443", "api.example.com", 6443, true),
            (" a.org ,example.com , ", "api.example.com", 443, true),
            ("example.com,", "api.example.com", 443, true),
            (",,", "api.example.com", 443, false),
            ("10.1.2.3", "10.1.2.3", 443, true),
            ("10.1.2.3", "10.1.2.4", 443, false),
            ("10.1.2.3:6443", "10.1.2.3", 6443, true),
            ("10.1.2.3:6443", "10.1.2.3", 443, false),
            ("10.0.0.0/8", "10.200.1.1", 443, true),
            ("10.0.0.0/8", "11.0.0.1", 443, false),
            ("10.0.0.0/8", "api.example.com", 443, false),
            ("0.0.0.0/0", "9.9.9.9", 443, true),
            ("0.0.0.0/0", "fd00::1", 443, false),
            ("10.0.0.0/33", "10.0.0.1", 443, false),
            ("10.9.9.9/8", "10.200.1.1", 443, true),
            ("fd00::/8", "fd12::1", 443, true),
            ("fd00::/8", "fe80::1", 443, false),
            ("fd00::1", "fd00::1", 443, true),
            ("[fd00::1]:6443", "fd00::1", 6443, true),
            ("[fd00::1]:6443", "fd00::1", 443, false),
            ("::ffff:10.1.2.3", "10.1.2.3", 443, true),
            (".", "api.example.com", 443, false),
            (":6443", "api.example.com", 6443, false),
            ("10.1.2", "10.1.2.3", 443, false),
            ("com", "api.example.com", 443, true),
        ];
        for (list, host, port, expected) in cases {
            assert_eq!(NoProxy::read(list).covers(host, port), expected, "{list:?} for {host}:{port}");
        }
    }
}
