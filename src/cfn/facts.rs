//! The words of templates that name something of AWS.

/// Types of parameters whose value is the name of an entry in the parameter store begin so.
pub(super) const STORED: &str = "AWS::SSM::";
/// The value of a pseudo parameter that leaves out what has it.
pub(super) const NO_VALUE: &str = "AWS::NoValue";
