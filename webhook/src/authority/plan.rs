//! Which step comes next.

use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;

use super::{
    AuthorityError, Lifetimes,
    ca::{Ca, der},
    material::Material,
};
use crate::certs::Validity;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, as far as the time goes.
    Keep,
    /// This is to be kept instead.
    Write(Material),
}

/// The next step from what is kept, given the certificates that the API server trusts, the names of the Service and the time.
///
/// An authority is followed by another one in three steps. The next one is made and trusted beside the old one; once the API
/// server trusts it, it signs; and when the last leaf of the old one has run out, the old one is forgotten.
///
/// # Errors
///
/// When a certificate cannot be made.
pub fn next(
    kept: &Material,
    trusted_by_server: &[CertificateDer<'_>],
    names: &[String],
    now: SystemTime,
    lifetimes: &Lifetimes,
) -> Result<Step, AuthorityError> {
    let next = kept.next.as_ref().filter(|it| is_usable(it.validity(), now));
    let Some(signer) = kept.signer.as_ref().filter(|it| is_usable(it.validity(), now)) else {
        // One that is to be trusted already is nearer to it than one that nobody knows.
        let signer = next.cloned().map_or_else(|| Ca::create(now, lifetimes), Ok)?;
        return sign_by(signer, kept, names, now, lifetimes).map(Step::Write);
    };
    let mut material = kept.clone();
    trust(&mut material, signer);
    let signs_since = *material.signs_since.get_or_insert(now);

    if let Some(next) = next {
        if der(&next.certificate).is_some_and(|own| trusted_by_server.contains(&own)) {
            return sign_by(next.clone(), kept, names, now, lifetimes).map(Step::Write);
        }
        trust(&mut material, next);
    } else if is_in_last_third(signer.validity(), now) {
        let next = Ca::create(now, lifetimes)?;
        trust(&mut material, &next);
        material.next = Some(next);
    } else {
        material.next = None;
    }

    let is_served = material.leaf.as_ref().is_some_and(|leaf| {
        leaf.is_of(signer, names) && is_usable(leaf.validity(), now) && !is_in_last_third(leaf.validity(), now)
    });
    if !is_served {
        material.leaf = Some(signer.sign(names, now, lifetimes)?);
    }

    // A clock that was set back makes the time since then less than nothing, and forgets nobody.
    let signs_for = now.duration_since(signs_since).unwrap_or_default();
    if signs_for > lifetimes.leaf + lifetimes.skew {
        let own: Vec<_> = [material.signer.as_ref(), material.next.as_ref()].into_iter().flatten().collect();
        let own: Vec<_> = own.iter().filter_map(|it| der(&it.certificate)).collect();
        material.trusted.retain(|it| own.contains(it));
    }
    Ok(if material == *kept { Step::Keep } else { Step::Write(material) })
}

/// The same with another authority that signs from now on. What was trusted stays so while it is valid: leaves of it may still be
/// served.
fn sign_by(
    signer: Ca,
    kept: &Material,
    names: &[String],
    now: SystemTime,
    lifetimes: &Lifetimes,
) -> Result<Material, AuthorityError> {
    let leaf = signer.sign(names, now, lifetimes)?;
    let mut material = Material { leaf: Some(leaf), signs_since: Some(now), next: None, ..kept.clone() };
    material.trusted.retain(|it| is_usable(Validity::of(it).ok(), now));
    trust(&mut material, &signer);
    material.signer = Some(signer);
    Ok(material)
}

fn trust(material: &mut Material, ca: &Ca) {
    if let Some(own) = der(&ca.certificate)
        && !material.trusted.contains(&own)
    {
        material.trusted.insert(0, own);
    }
}

/// Whether something has not run out. What is not valid yet is usable: the clock was set back, and a new one would not be better.
fn is_usable(validity: Option<Validity>, now: SystemTime) -> bool {
    validity.is_some_and(|it| now < at(it.not_after()))
}

fn is_in_last_third(validity: Option<Validity>, now: SystemTime) -> bool {
    validity.is_none_or(|it| {
        let (from, until) = (at(it.not_before()), at(it.not_after()));
        let lifetime = until.duration_since(from).unwrap_or_default();
        now + lifetime / 3 > until
    })
}

fn at(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests;
