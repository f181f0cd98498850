//! What a tree means, places left out: two trees mean the same if these bytes are the same.

use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct,
    SerializeTupleVariant, Serializer,
};

use crate::syntax::ast::File;

/// The meaning of a file; nothing for what cannot be written down.
pub(super) fn meaning(file: &File) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    file.serialize(Writer { out: &mut bytes, skip: false }).ok()?;
    Some(bytes)
}

/// Writes every value with a sign of its kind, but no [`crate::base::Span`].
struct Writer<'o> {
    out: &'o mut Vec<u8>,
    skip: bool,
}

#[derive(Debug)]
struct Never;

impl std::fmt::Display for Never {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this cannot be written down")
    }
}

impl std::error::Error for Never {}

impl Error for Never {
    fn custom<T: std::fmt::Display>(_: T) -> Never {
        Never
    }
}

type Done = Result<(), Never>;

impl Writer<'_> {
    fn sign(&mut self, sign: u8) {
        if !self.skip {
            self.out.push(sign);
        }
    }

    fn bytes(&mut self, bytes: &[u8]) -> Done {
        if !self.skip {
            self.out.extend(bytes.len().to_le_bytes());
            self.out.extend(bytes);
        }
        Ok(())
    }

    fn inner<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(Writer { out: self.out, skip: self.skip })
    }
}

macro_rules! plain {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(mut self, value: $type) -> Done {
            self.bytes(&value.to_le_bytes())
        })*
    };
}

impl<'o> Serializer for Writer<'o> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Writer<'o>;
    type SerializeTuple = Writer<'o>;
    type SerializeTupleStruct = Writer<'o>;
    type SerializeTupleVariant = Writer<'o>;
    type SerializeMap = Writer<'o>;
    type SerializeStruct = Writer<'o>;
    type SerializeStructVariant = Writer<'o>;

    plain! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64,
        serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_bool(mut self, value: bool) -> Done {
        self.bytes(&[u8::from(value)])
    }

    fn serialize_char(mut self, value: char) -> Done {
        self.bytes(&u32::from(value).to_le_bytes())
    }

    fn serialize_str(mut self, value: &str) -> Done {
        self.bytes(value.as_bytes())
    }

    fn serialize_bytes(mut self, value: &[u8]) -> Done {
        self.bytes(value)
    }

    fn serialize_none(mut self) -> Done {
        self.sign(b'-');
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Done {
        self.sign(b'+');
        self.inner(value)
    }

    fn serialize_unit(self) -> Done {
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        Ok(())
    }

    fn serialize_unit_variant(mut self, _: &'static str, index: u32, _: &'static str) -> Done {
        self.bytes(&index.to_le_bytes())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(mut self, _: &'static str, value: &T) -> Done {
        self.inner(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        value: &T,
    ) -> Done {
        self.bytes(&index.to_le_bytes())?;
        self.inner(value)
    }

    fn serialize_seq(mut self, _: Option<usize>) -> Result<Writer<'o>, Never> {
        self.sign(b'[');
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Writer<'o>, Never> {
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Writer<'o>, Never> {
        Ok(self)
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Writer<'o>, Never> {
        self.bytes(&index.to_le_bytes())?;
        Ok(self)
    }

    fn serialize_map(mut self, _: Option<usize>) -> Result<Writer<'o>, Never> {
        self.sign(b'[');
        Ok(self)
    }

    fn serialize_struct(mut self, name: &'static str, _: usize) -> Result<Writer<'o>, Never> {
        self.skip |= name == "Span";
        Ok(self)
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        index: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Writer<'o>, Never> {
        self.bytes(&index.to_le_bytes())?;
        Ok(self)
    }
}

macro_rules! parts {
    ($($kind:ident: $name:ident $(($field:ty))?),*) => {
        $(impl $kind for Writer<'_> {
            type Ok = ();
            type Error = Never;

            fn $name<T: Serialize + ?Sized>(&mut self, $(_: $field,)? value: &T) -> Done {
                self.inner(value)
            }

            fn end(mut self) -> Done {
                self.sign(b']');
                Ok(())
            }
        })*
    };
}

parts! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str)
}

impl SerializeMap for Writer<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        self.inner(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.inner(value)
    }

    fn end(mut self) -> Done {
        self.sign(b']');
        Ok(())
    }
}
