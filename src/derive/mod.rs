//! From a model to what CloudFormation needs: tags, policies, security-group rules, references, deletion policies, `DependsOn`.

pub mod template;
