//! A zip archive.

use std::io::{self, Cursor, Write as _};

use jiff::{Timestamp, tz::TimeZone};
use zip::{CompressionMethod, DateTime, System, ZipWriter, write::SimpleFileOptions};

use super::other;
use crate::contents::Entry;

/// Packs the entries as they come.
pub(super) fn pack(entries: &[Entry], time: u64) -> io::Result<Vec<u8>> {
    // The format knows no time zone: it is UTC here, wherever it is packed. It counts in steps of two seconds.
    let time = i64::try_from(time).map_err(other)?;
    let time = Timestamp::from_second(time).map_err(other)?.to_zoned(TimeZone::UTC).datetime();
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::try_from(time).map_err(other)?)
        .system(System::Unix);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        zip.start_file(entry.name.as_str(), options.unix_permissions(entry.mode))?;
        zip.write_all(&entry.bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn what_is_packed_is_read_back_with_a_fixed_time_and_mode() {
        let entries = [("LICENSE", 0o644, "free"), ("kubectl-profile.exe", 0o755, "program")];
        let entries =
            entries.map(|(name, mode, text)| Entry { name: name.into(), mode, bytes: text.as_bytes().to_vec() });
        // 2023-11-14T22:13:21Z
        let bytes = pack(&entries, 1_700_000_001).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for (index, entry) in entries.iter().enumerate() {
            let mut file = archive.by_index(index).unwrap();
            let time = file.last_modified().unwrap();
            assert_eq!((time.year(), time.day(), time.hour(), time.second()), (2023, 14, 22, 20));
            assert_eq!(file.unix_mode().unwrap() & 0o777, entry.mode);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            assert_eq!((file.name().unwrap().as_ref(), &bytes), (entry.name.as_str(), &entry.bytes));
        }
    }
}
