//! Picks free ports on loopback.

use std::net::{Ipv4Addr, TcpListener};

use crate::SandboxError;

/// Returns `N` free ports, different from each other: all are held until the last one is known.
///
/// Another process can take one before it is used, so whoever uses them must be ready to try again.
pub(crate) fn free<const N: usize>() -> Result<[u16; N], SandboxError> {
    let mut held = Vec::with_capacity(N);
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(SandboxError::io("find a free port"))?;
        *port = listener.local_addr().map_err(SandboxError::io("find a free port"))?.port();
        held.push(listener);
    }
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ports_differ_and_can_be_bound() {
        let ports = free::<8>().unwrap();
        assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), 8, "{ports:?}");
        TcpListener::bind((Ipv4Addr::LOCALHOST, ports[0])).unwrap();
    }
}
