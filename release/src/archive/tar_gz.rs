//! A gzipped tar archive.

use std::io;

use flate2::{Compression, GzBuilder};
use tar::{Builder, EntryType, Header};

use crate::contents::Entry;

/// No operating system: the field of the gzip header that would tell where it was packed.
const UNKNOWN_SYSTEM: u8 = 255;

/// Packs the entries as they come.
pub(super) fn pack(entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    // Neither a name nor a time of its own is in the gzip header: what is packed has both.
    let gzip = GzBuilder::new().operating_system(UNKNOWN_SYSTEM).write(Vec::new(), Compression::best());
    let mut tar = Builder::new(gzip);
    for entry in entries {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Regular);
        header.set_mode(entry.mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(time);
        header.set_size(entry.bytes.len() as u64);
        tar.append_data(&mut header, &entry.name, entry.bytes.as_slice())?;
    }
    tar.into_inner()?.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn what_is_packed_is_read_back_with_a_fixed_owner_time_and_mode() {
        let long = format!("man/{}.1", "a".repeat(90));
        let entries = [("LICENSE", 0o644, "free"), (long.as_str(), 0o755, "page")];
        let entries =
            entries.map(|(name, mode, text)| Entry { name: name.into(), mode, bytes: text.as_bytes().to_vec() });
        let bytes = pack(&entries, 1_700_000_001).unwrap();
        assert_eq!(bytes[3..10], [0, 0, 0, 0, 0, 2, UNKNOWN_SYSTEM], "no name, no time, best compression");
        let mut archive = tar::Archive::new(GzDecoder::new(bytes.as_slice()));
        let read: Vec<Entry> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let mut entry = entry.unwrap();
                let header = entry.header().clone();
                assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (0, 0));
                assert_eq!(header.mtime().unwrap(), 1_700_000_001);
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                let name = entry.path().unwrap().to_string_lossy().into_owned();
                Entry { name, mode: header.mode().unwrap(), bytes }
            })
            .collect();
        assert_eq!(read, entries);
    }
}
