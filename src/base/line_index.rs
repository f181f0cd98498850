//! From byte offsets to lines and columns, without scanning the file again for each question.

/// A place as people and protocols count: both from zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    /// The line.
    pub line: u32,
    /// The column, in the unit that was asked for.
    pub column: u32,
}

/// Where the lines of one text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: u32,
}

impl LineIndex {
    /// The index of a text. Lines end with a line feed; a carriage return before it belongs to the line.
    pub fn new(text: &str) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| clamp(at + 1)));
        LineIndex { starts, length: clamp(text.len()) }
    }

    /// The line that an offset stands in, from zero, and the offset of that line's first byte.
    pub fn line(&self, offset: u32) -> (u32, u32) {
        let offset = offset.min(self.length);
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        (clamp(line), self.starts.get(line).copied().unwrap_or(0))
    }

    /// Line and column in characters, as people count. The offset is moved back to a character's first byte.
    pub fn characters(&self, text: &str, offset: u32) -> LineColumn {
        self.measured(text, offset, |part| part.chars().count())
    }

    /// Line and column in UTF-16 code units, as the language server protocol counts.
    pub fn utf16(&self, text: &str, offset: u32) -> LineColumn {
        self.measured(text, offset, |part| part.encode_utf16().count())
    }

    /// The offset of a line's first byte; of the text's end for a line that is not there.
    pub fn start(&self, line: u32) -> u32 {
        self.starts.get(line as usize).copied().unwrap_or(self.length)
    }

    /// The number of lines; an empty text has one.
    pub fn lines(&self) -> u32 {
        clamp(self.starts.len())
    }

    fn measured(&self, text: &str, offset: u32, measure: impl Fn(&str) -> usize) -> LineColumn {
        let (line, start) = self.line(offset);
        let mut end = (offset.min(self.length)) as usize;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        LineColumn { line, column: clamp(text.get(start as usize..end).map_or(0, measure)) }
    }
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_the_unit_asked_for() {
        let text = "a\nü𝄞x\r\n";
        let index = LineIndex::new(text);
        let at = text.find('x').map_or(0, clamp);
        assert_eq!(index.characters(text, at), LineColumn { line: 1, column: 2 });
        assert_eq!(index.utf16(text, at), LineColumn { line: 1, column: 3 });
        assert_eq!(index.lines(), 3);
        assert_eq!(index.characters(text, 999), LineColumn { line: 2, column: 0 });
    }
}
