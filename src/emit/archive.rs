//! Folders as archives that are the same whoever makes them: no times, no owners, one mode, in one order.
//!
//! The form is PKWARE's APPNOTE, without its later extensions. Three kinds of record with fixed contents need no library; what is
//! hard, the compression, has one.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

use crate::world::Pack;

/// 1980-01-01, the first day that the form knows.
const DATE: u16 = (1 << 5) | 1;
/// Made on Unix, so that the mode counts; version 2.0 of the form.
const MADE_BY: u16 = (3 << 8) | 20;
const NEEDS: u16 = 20;
/// Names are UTF-8.
const FLAGS: u16 = 1 << 11;
const DEFLATED: u16 = 8;
/// A plain file that everybody may read and run: functions may be programs.
const MODE: u32 = 0o100_755 << 16;

/// What is uploaded of a pack: a file as it is, a folder as an archive. `None`: it has more than the form can hold.
pub fn uploaded(pack: &Pack) -> Option<Vec<u8>> {
    if !pack.folder {
        return pack.files.first().map(|(_, bytes)| bytes.clone());
    }
    let mut archive: Vec<u8> = Vec::new();
    let mut directory: Vec<u8> = Vec::new();
    for (name, bytes) in &pack.files {
        let mut crc = Crc::new();
        crc.update(bytes);
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(6));
        encoder.write_all(bytes).ok()?;
        let packed = encoder.finish().ok()?;
        let offset = u32::try_from(archive.len()).ok()?;
        let mut facts = Vec::new();
        for word in [NEEDS, FLAGS, DEFLATED, 0, DATE] {
            facts.extend(word.to_le_bytes());
        }
        for number in [crc.sum(), u32::try_from(packed.len()).ok()?, u32::try_from(bytes.len()).ok()?] {
            facts.extend(number.to_le_bytes());
        }
        facts.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        // No extra fields.
        facts.extend(0_u16.to_le_bytes());
        archive.extend(b"PK\x03\x04");
        archive.extend(&facts);
        archive.extend(name.as_bytes());
        archive.extend(packed);
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&facts);
        // No comment, on the first disk, no internal attributes.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(archive.len()).ok()?;
    let size = u32::try_from(directory.len()).ok()?;
    let count = u16::try_from(pack.files.len()).ok()?;
    archive.extend(directory);
    archive.extend(b"PK\x05\x06");
    archive.extend([0; 4]);
    archive.extend(count.to_le_bytes());
    archive.extend(count.to_le_bytes());
    archive.extend(size.to_le_bytes());
    archive.extend(start.to_le_bytes());
    archive.extend([0; 2]);
    Some(archive)
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Pack {
        Pack { folder: true, files: files.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect() }
    }

    #[test]
    fn an_archive_depends_on_names_and_contents_alone() {
        let pack = of(&[("index.js", "exports.handler = async () => 1;\n"), ("lib/ä.js", "")]);
        let archive = uploaded(&pack).expect("it can be packed");
        assert_eq!(uploaded(&pack).expect("it can be packed"), archive);
        let shown: String = archive.iter().map(|byte| format!("{byte:02x}")).collect();
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_file_is_uploaded_as_it_is() {
        let pack = Pack { folder: false, files: vec![("layer.zip".into(), b"PK".to_vec())] };
        assert_eq!(uploaded(&pack).expect("it can be packed"), b"PK");
    }
}
