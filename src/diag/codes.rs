//! The registry: every code that infrac can report, with its level and the reason why it matters.
//!
//! A code is one word for `infrac explain`, waivers, `lints { … }` and SARIF. Its page is `docs/diagnostics/<code>.md`.

use std::fmt;
use std::sync::{PoisonError, RwLock};

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is built.
    Error,
    /// Worth a look; `--deny warnings` makes it an error.
    Warning,
    /// Worth knowing.
    Advice,
}

impl Level {
    /// The word that is shown.
    pub fn word(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Advice => "advice",
        }
    }
}

/// What is known of one code.
#[derive(Debug)]
struct Info {
    name: &'static str,
    level: Level,
    waivable: bool,
    why: &'static str,
}

/// The rules of policies that were met so far.
static RULES: RwLock<Vec<&'static Info>> = RwLock::new(Vec::new());

/// One code of the registry.
#[derive(Clone, Copy)]
pub struct Code(&'static Info);

impl Code {
    /// Its name, such as `unknown_name`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Its level, unless a system's `lints` say otherwise.
    pub fn level(self) -> Level {
        self.0.level
    }

    /// Whether `@waive(…)` may lift it. An error that may be waived is a guarded error.
    pub fn waivable(self) -> bool {
        self.0.waivable
    }

    /// Why it matters, in one line.
    pub fn why(self) -> &'static str {
        self.0.why
    }

    /// The code of a name: of the registry, or of a rule that was met.
    pub fn find(name: &str) -> Option<Code> {
        let met =
            || RULES.read().unwrap_or_else(PoisonError::into_inner).iter().find(|rule| rule.name == name).copied();
        ALL.iter().copied().find(|code| code.name() == name).or_else(|| met().map(Code))
    }

    /// The code of a policy's rule, which a waiver may lift unless the rule is demanded of every system. The same rule always has the
    /// same code.
    pub fn rule(name: &'static str, level: Level, waivable: bool, why: &str) -> Code {
        let same = |known: &&&'static Info| {
            (known.name, known.level, known.waivable, known.why) == (name, level, waivable, why)
        };
        if let Some(known) = RULES.read().unwrap_or_else(PoisonError::into_inner).iter().find(same) {
            return Code(known);
        }
        // Kept for the life of the process, as names are: a system has few rules.
        let why: &'static str = Box::leak(why.to_owned().into_boxed_str());
        let info: &'static Info = Box::leak(Box::new(Info { name, level, waivable, why }));
        RULES.write().unwrap_or_else(PoisonError::into_inner).push(info);
        Code(info)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        self.0.name == other.0.name
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

macro_rules! codes {
    ($($constant:ident $name:literal $level:ident $(($guard:ident))? $why:literal;)*) => {
        $(
            #[doc = $why]
            pub const $constant: Code = Code(&Info {
                name: $name,
                level: Level::$level,
                waivable: codes!(@waivable $level $($guard)?),
                why: $why,
            });
        )*
        /// All of them, in the order of their declaration.
        pub const ALL: &[Code] = &[$($constant),*];
    };
    (@waivable Error) => { false };
    (@waivable Error guarded) => { true };
    (@waivable Warning) => { true };
    (@waivable Advice) => { true };
}

codes! {
    // Reading files.
    INVALID_UTF8 "invalid_utf8" Error "source files are UTF-8 text; anything else cannot be read the same way everywhere";
    NOT_A_SYSTEM "not_a_system" Error "a system is a folder with one `system` line; without it there is nothing to check";
    FILE_TOO_LARGE "file_too_large" Error "a source file has a size limit, so that a wrong path is noticed at once";
    MISSING_FILE "missing_file" Error "what a source refers to must be there when it is read";

    // Syntax.
    SYNTAX_ERROR "syntax_error" Error "nothing behind a part that cannot be read can be trusted to mean what was intended";
    UNCLOSED_BRACKET "unclosed_bracket" Error "everything after an unclosed bracket would belong to it";
    UNEXPECTED_BRACKET "unexpected_bracket" Error "a closing bracket that closes nothing usually means that one was lost before it";
    UNCLOSED_TEXT "unclosed_text" Error "everything after an unclosed quote would be text";
    TOO_DEEP "too_deep" Error "nesting has a limit, so that no source can exhaust the compiler";
    FOREIGN_SYNTAX "foreign_syntax" Error "this is how another language writes it";
    RESERVED_WORD "reserved_word" Error "a few words have a meaning wherever they stand and cannot be names";
    TWO_ENTRIES_ON_ONE_LINE "two_entries_on_one_line" Error "without a comma it is not certain where one entry ends and the next begins";
    INVALID_NUMBER "invalid_number" Error "a number that cannot be held exactly would be emitted as another one";
    INVALID_CIDR "invalid_cidr" Error "an address range with a wrong mask or stray host bits means another range than it shows";
    INVALID_DATE "invalid_date" Error "a date that is not in the calendar never comes";
    INVALID_ESCAPE "invalid_escape" Error "an unknown escape would silently become another text";
    INVALID_PATTERN "invalid_pattern" Error "a pattern must be regular, so that it can be decided for every value";
    DYNAMIC_REFERENCE_IN_TEXT "dynamic_reference_in_text" Error "written as text it would never be checked, and its braces would be read as interpolation";
    BAD_INDENTATION "bad_indentation" Error "the indentation of the closing quotes is removed from each line, so no line may have less";
    MISPLACED "misplaced" Error "each statement has a meaning in certain blocks only";
    STRAY_DOC "stray_doc" Warning "documentation that belongs to no declaration is shown nowhere";

    // Templates of others.
    MALFORMED_TEMPLATE "malformed_template" Error "CloudFormation would refuse it, so nothing can be said about what it would do";

    // Names.
    UNKNOWN_NAME "unknown_name" Error "a name must be defined somewhere in the system or the standard library";
    UNKNOWN_TYPE "unknown_type" Error "neither the standard library nor CloudFormation knows this type, so nothing about it could be checked";
    UNKNOWN_PROPERTY "unknown_property" Error "CloudFormation refuses a template with a property that the type does not have";
    UNKNOWN_ATTRIBUTE "unknown_attribute" Error "CloudFormation refuses a reference to an attribute that the type does not return";
    UNKNOWN_SETTING "unknown_setting" Error "a setting that nothing reads would silently do nothing";
    UNKNOWN_ENVIRONMENT "unknown_environment" Error "an environment must be declared before anything can be said about it";
    UNKNOWN_PARAM "unknown_param" Error "a value for a param that does not exist would silently do nothing";
    UNKNOWN_STACK "unknown_stack" Error "the order can only name stacks and steps that exist";
    UNKNOWN_VERB "unknown_verb" Error "a grant can only give what the target knows how to allow";
    UNKNOWN_ACTION "unknown_action" Error "IAM ignores an action that does not exist, so the statement would allow nothing";
    UNKNOWN_CONDITION_KEY "unknown_condition_key" Error "a condition on a key that the action does not carry is never true";
    UNKNOWN_FIELD "unknown_field" Error "only what a value has can be asked of it";
    UNKNOWN_MARK "unknown_mark" Error "a mark that nothing knows would silently do nothing";
    UNKNOWN_CODE "unknown_code" Error "a waiver or a test can only name a diagnostic that exists";
    DUPLICATE_DEFINITION "duplicate_definition" Error "with two definitions of one name it would depend on chance which one is meant";
    SHADOWED_NAME "shadowed_name" Error "the same name for two things in one place misleads every reader";
    DEFINITION_CYCLE "definition_cycle" Error "things that need each other's value can never have one";
    PRIVATE_INSTANCE "private_instance" Error "what a component hides may change without notice; only its outputs are promised";
    UNUSED_PARAM "unused_param" Warning "a setting that nothing reads misleads whoever sets it";
    UNUSED_LET "unused_let" Warning "a value that nothing reads is either forgotten or left over";

    // Types and values.
    WRONG_TYPE "wrong_type" Error "each place takes one kind of value; another one says nothing there, or something else than was meant";
    WRONG_REFERENCE_KIND "wrong_reference_kind" Error "a reference to another kind of resource passes CloudFormation's checks and fails at deployment";
    MISSING_PARAM "missing_param" Error "without a value and without a default there is nothing to build with";
    MISSING_PROPERTY "missing_property" Error "CloudFormation refuses a resource without its required properties";
    READ_ONLY_PROPERTY "read_only_property" Error "AWS sets this property itself and refuses a template that does";
    PARAM_OUT_OF_RANGE "param_out_of_range" Error "a param's limits are what everything derived from it relies on";
    PARAM_TOO_WIDE "param_too_wide" Error "a limit holds for every value that a param's type allows, not only for those of today";
    VALUE_OUT_OF_RANGE "value_out_of_range" Error "AWS refuses a value outside the property's limits, often in the middle of a deployment";
    VALUE_NOT_ALLOWED "value_not_allowed" Error "AWS accepts only the listed values";
    PATTERN_MISMATCH "pattern_mismatch" Error "AWS refuses a value that does not match the property's pattern";
    CONFLICTING_PROPERTIES "conflicting_properties" Error "AWS refuses properties that exclude each other, or one that another setting rules out";
    DUPLICATE_ITEM "duplicate_item" Error "AWS refuses a list in which something stands twice that may stand there once";
    INCOMPLETE_PER "incomplete_per" Error "a value must be given for every environment, or some would be built without one";
    INCOMPLETE_MATCH "incomplete_match" Error "a case that is not considered would silently build nothing";
    UNREACHABLE_ARM "unreachable_arm" Warning "an arm that serves nothing is either misspelt or left over";
    IMPOSSIBLE_COMPARISON "impossible_comparison" Error "a comparison with one answer decides nothing, and what depends on it is silently never built, or always";
    UNUSABLE_FOLDER "unusable_folder" Error "what a system takes from elsewhere is a part of it";
    UNEXPORTED_OUTPUT "unexported_output" Error "another system can only rely on a name that is said once and stays";
    ABSENT_INSTANCE "absent_instance" Error "a reference to a resource that is not built there cannot be deployed";
    DEPLOYED_VALUE "deployed_value" Error "what exists and what it is called must be known before anything is deployed";
    SECRET_EXPOSED "secret_exposed" Error "in plain text a secret can be read by everyone who may read the template or the resource";
    LITERAL_SECRET "literal_secret" Error (guarded) "who reads the source, its history or the template has it, and it stays in force until somebody changes it";
    NOT_CALLABLE "not_callable" Error "only functions can be called";
    WRONG_ARGUMENTS "wrong_arguments" Error "a function gives an answer only for what it takes";
    DIVISION_BY_ZERO "division_by_zero" Error "it has no value";
    OVERFLOW "overflow" Error "a number beyond 64 bits would wrap around";
    DUPLICATE_KEY "duplicate_key" Error "of two values under one key, one would be lost";
    NO_SUCH_ELEMENT "no_such_element" Error "what is not there cannot be taken";
    TOO_MANY_STEPS "too_many_steps" Error "loops and expansions have a limit, so that every check ends";
    MISSING_MAIN "missing_main" Error "only a component with a `main` instance stands for a resource";
    OVERRIDE_WITHOUT_REASON "override_without_reason" Error "what a component sets, it sets for a reason; overriding it needs one too";
    EXTEND_REPLACES "extend_replaces" Error "`extend` only adds, so that no other file can undo what an instance says";

    // What is derived.
    LOGICAL_ID_CLASH "logical_id_clash" Error "two resources with one logical id cannot stand in one template";
    NAME_CLASH "name_clash" Error "AWS refuses the second resource with the same name in the same scope";
    NAME_CAN_CLASH "name_can_clash" Error (guarded) "two deployments with one name cannot both exist: the second one is refused in the middle, or takes over the first";
    NAME_NOT_PROVED "name_not_proved" Advice "what is not proved for all values may fail for the next one";
    NAME_TOO_LONG "name_too_long" Error "AWS refuses a longer name, at deployment";
    NAME_INVALID "name_invalid" Error "AWS refuses a name with characters that the type does not allow";
    RESOURCE_CYCLE "resource_cycle" Error "CloudFormation cannot create resources that need each other";
    STACK_CYCLE "stack_cycle" Error "no order can deploy stacks that need each other";
    PER_ACCOUNT_DIFFERS "per_account_differs" Error "a stack that environments share can be built only once";
    ACCOUNT_SINGLETON "account_singleton" Error "AWS allows one per account and region; the second deployment fails, and deleting one removes it for all";
    EMPTY_STACK "empty_stack" Error "CloudFormation refuses a template without resources";
    LITERAL_ACCOUNT_ID "literal_account_id" Error (guarded) "a literal account id breaks the template in every other account";
    QUOTA_EXCEEDED "quota_exceeded" Error "CloudFormation refuses a template beyond its quotas";
    MISSING_TAG "missing_tag" Error (guarded) "a required tag that is missing breaks cost allocation and access rules built on it";
    WEAKER_PROTECTION "weaker_protection" Error (guarded) "what is safe where one tries things out is not safe where it counts";
    TAG_INVALID "tag_invalid" Error (guarded) "AWS refuses a tag of another form, in the middle of a deployment";
    TAG_TOO_WIDE "tag_too_wide" Warning "whoever sets the param next gets an error for a value that its type allows";
    TAG_KEYS_ALIKE "tag_keys_alike" Error (guarded) "IAM takes them for one key, and every bill and access rule for two";

    // Privilege.
    ACTION_WILDCARD "action_wildcard" Error "a wildcard grants what exists today and whatever AWS adds tomorrow";
    RESOURCE_WILDCARD "resource_wildcard" Error "where an action takes a resource, `*` grants it on everybody's";
    ACTION_NOT_APPLICABLE "action_not_applicable" Error "IAM ignores an action on a resource that it does not apply to";
    NO_PRINCIPAL "no_principal" Error "a permission needs somebody to hold it";
    PUBLIC_PRINCIPAL "public_principal" Error "everyone includes everyone on the internet";
    HAND_WRITTEN_POLICY "hand_written_policy" Error (guarded) "a hand-written statement is not derived from a grant, so nobody keeps it minimal";
    ADMINISTRATOR_POLICY "administrator_policy" Error (guarded) "whoever holds it can do everything, also give it to others";
    PASS_ROLE_WITHOUT_SERVICE "pass_role_without_service" Error "without a target service the role can be handed to anything that runs code";
    PASSED_TO_STRANGER "passed_to_stranger" Error (guarded) "a service cannot act as a role that does not trust it";
    SERVICE_ROLE_OPEN "service_role_open" Error "without a service it makes the roles of all of them, whatever they may do";
    UNSCOPED_ACTION "unscoped_action" Error (guarded) "what takes no resource is granted on everything, unless a condition says what it is for";
    SENSITIVE_ACTION "sensitive_action" Error (guarded) "whoever may give rights, or act as others, has more than what is written";
    REDUNDANT_GRANT "redundant_grant" Advice "what is said twice is taken back in one place and stays in the other";
    MALFORMED_ARN "malformed_arn" Error "IAM refuses it, or it matches nothing";
    MALFORMED_POLICY "malformed_policy" Error "IAM refuses the document, or reads it as something else";
    UNKNOWN_POLICY_VARIABLE "unknown_policy_variable" Error "a statement with a variable that has no value never applies";
    CONDITION_NOT_APPLICABLE "condition_not_applicable" Error "a condition on a key that the request does not have never holds";
    CONDITION_MISMATCH "condition_mismatch" Error "a comparison that never fits, or always does, decides nothing";
    TRUST_TOO_WIDE "trust_too_wide" Error (guarded) "the role can do what it may for whoever that account lets";
    FEDERATION_TOO_WIDE "federation_too_wide" Error "an identity provider vouches for everybody it knows, also for strangers";
    TRUST_ACTION_MISMATCH "trust_action_mismatch" Error "nobody becomes the role, because each kind of principal has an action of its own";
    UNKNOWN_SERVICE "unknown_service" Error "IAM refuses a policy with a service that does not exist";
    CONFUSED_DEPUTY "confused_deputy" Error (guarded) "a service that does not say for whom it acts does for strangers what it does for us";
    FOREIGN_ACCOUNT "foreign_account" Error (guarded) "what another account does with it is decided there";
    KEY_HANDED_ON "key_handed_on" Error (guarded) "the key protects from nobody to whom some policy gives all keys";
    LOCKED_OUT "locked_out" Error "only the account's root user, or AWS, can open it again";
    POLICY_OF_AWS "policy_of_aws" Error (guarded) "AWS changes what it allows, and it is written for nobody in particular";
    LASTING_KEYS "lasting_keys" Error (guarded) "a key that lasts is one that is lost one day";
    GUESTS_LET_IN "guests_let_in" Error (guarded) "whoever finds the pool's id on a page acts in the account";
    DEPLOYER_TOO_WIDE "deployer_too_wide" Error (guarded) "whoever changes a template can do whatever its deployer may";
    UNUSED_TRUST "unused_trust" Warning "whoever may start something in that service can make it act as the role";
    SHARED_ROLE "shared_role" Warning "each of them may do what the other needs";
    GRANT_WITHOUT_EFFECT "grant_without_effect" Error "whoever reads the grant believes that it holds";
    PRIVILEGE_ESCALATION "privilege_escalation" Error (guarded) "what is granted is then not all that it can do";
    KEY_NOT_GRANTED "key_not_granted" Error (guarded) "what cannot be encrypted is not stored, often without anybody being told";
    USE_WITHOUT_GRANT "use_without_grant" Error (guarded) "the first call is refused";
    UNUSED_GRANT "unused_grant" Advice "a right that nothing uses serves only whoever breaks in";
    ENVIRONMENT_CROSSED "environment_crossed" Error (guarded) "a mistake in one environment is then one in the other";
    DUTIES_NOT_SEPARATED "duties_not_separated" Error (guarded) "one person, or one mistake, is then enough";
    PROOF_FAILED "proof_failed" Error "what is emitted must be exactly what is declared";

    // Network.
    SUBNET_OUTSIDE_VPC "subnet_outside_vpc" Error "EC2 refuses a subnet outside its VPC's range";
    SUBNET_OVERLAP "subnet_overlap" Error "EC2 refuses subnets of one VPC that overlap";
    RANGES_OVERLAP "ranges_overlap" Error "EC2 refuses a second range with the same addresses, and packets to them could not be told apart";
    ROUTE_TWICE "route_twice" Error "EC2 refuses the second one, in the middle of a deployment";
    SUBNET_TOO_SMALL "subnet_too_small" Error (guarded) "what finds no address is not started, often only when it is needed most";
    NO_ENDPOINT "no_endpoint" Error "a connection needs a security group at each end, or an address range";
    NO_PORTS "no_ports" Error "a connection must say on what, where the other end does not";
    FORBIDDEN_PATH "forbidden_path" Error "the system says that no such connection may exist";
    CONNECTION_BLOCKED "connection_blocked" Error (guarded) "a connection that something else blocks fails in use, where the source says that it works";
    ANSWER_BLOCKED "answer_blocked" Error (guarded) "what asks waits for an answer that never comes, although its question arrived";
    ROTATION_WITHOUT_WAY "rotation_without_way" Error (guarded) "the first rotation fails, and with it the deployment or, later, every login";
    SERVICE_UNREACHABLE "service_unreachable" Error (guarded) "the permission is there, and each call ends in a timeout";
    SERVICE_OVER_INTERNET "service_over_internet" Advice "what goes through a NAT gateway is paid for by the byte, and leaves the VPC";
    TARGETS_UNREACHABLE "targets_unreachable" Error (guarded) "a load balancer that cannot reach its targets takes them for ill and answers with errors";
    TARGETS_OUT_OF_ZONE "targets_out_of_zone" Error (guarded) "a load balancer sends nothing to targets outside of its zones";
    OPEN_INSIDE "open_inside" Error (guarded) "what is no edge has nothing in front that filters, limits or logs what the internet sends";
    RANGE_FOR_GROUP "range_for_group" Warning "whatever gets an address of the range is let in, also what is added to it tomorrow";
    WIDER_THAN_LISTENER "wider_than_listener" Error (guarded) "ports that nothing listens on today are open to what listens there tomorrow";
    RULE_WITHOUT_USE "rule_without_use" Warning "a rule that changes nothing hides which one does";
    GROUP_WITHOUT_WEARER "group_without_wearer" Advice "a group that nothing wears protects nothing, and its rules mislead";
    DEFAULT_GROUP_USED "default_group_used" Error (guarded) "all that wear the default group of a VPC reach each other, and everywhere";
    PRIVATE_SUBNET_OPEN "private_subnet_open" Error (guarded) "who puts something into it relies on what it is called";
    OPEN_PORT_WITHOUT_LISTENER "open_port_without_listener" Warning "a port that nothing listens on is reachable surface without a use";
    PLAINTEXT_LISTENER "plaintext_listener" Warning "what travels over it can be read on the way";
    OPEN_TO_THE_WORLD "open_to_the_world" Advice "anyone on the internet can try the port";

    // What is asked of the model.
    ENSURE_FAILED "ensure_failed" Error "the system says that this must hold";
    CANNOT_BE_DECIDED "cannot_be_decided" Error "an invariant that cannot be decided protects nobody";
    TEST_FAILED "test_failed" Error "the system does not do what its test says";

    // Waivers.
    WAIVER_WITHOUT_REASON "waiver_without_reason" Error "an exception without a reason cannot be judged later";
    WAIVER_EXPIRED "waiver_expired" Error "the exception was meant to end";
    UNUSED_WAIVER "unused_waiver" Warning "a waiver that lifts nothing hides the next mistake";
    NOT_WAIVABLE "not_waivable" Error "an error that would fail the deployment cannot be waived";

    // What services refuse beyond their schemas.
    TWO_NETWORKS "two_networks" Error "a service refuses subnets and groups of different networks, in the middle of a deployment";
    TOO_FEW_ZONES "too_few_zones" Error "AWS wants two availability zones, so that the service outlives one of them";
    KEY_ATTRIBUTES_DIFFER "key_attributes_differ" Error "a table whose keys and definitions do not name the same attributes is refused";
    VISIBILITY_TOO_SHORT "visibility_too_short" Error "a message that is shown again while it is worked on is worked on twice, and Lambda refuses the event source";
    NOT_AT_THE_EDGE "not_at_the_edge" Error "certificates and firewalls of CloudFront are read in one region alone";
    ROLE_NOT_TRUSTED "role_not_trusted" Error "a service cannot act with a role that does not trust it, and says so at deployment";
    NOTIFICATION_REFUSED "notification_refused" Error "a bucket that may not tell its target is refused, and so is the whole stack";
    ROLE_LACKS_ACCESS "role_lacks_access" Error "what a service tries while a resource is made fails then, and not later";
    KEY_LOCKS_OUT "key_locks_out" Error "a key that nobody can govern any more cannot be saved, and what it encrypts neither";
    CERTIFICATE_WAITS "certificate_waits" Warning "a deployment that waits for a person unannounced is taken for one that hangs";

    // Specific services' facts, checked on every resource.
    DEPRECATED_VALUE "deprecated_value" Warning "one day AWS stops accepting it";
    RETIRED_TYPE "retired_type" Error "nothing can be created any more of a service that AWS has shut down";
    UNCHECKED_RESOURCE "unchecked_resource" Advice "what is not known cannot be proved; it passes here whatever AWS says of it";
    UNAVAILABLE_IN_REGION "unavailable_in_region" Error "CloudFormation refuses a type that the region does not have";
    CUSTOM_RESOURCE "custom_resource" Warning "code that runs while a stack changes can do whatever its role may, and fails in ways that CloudFormation does not know";
    VERSION_LEFT_OPEN "version_left_open" Warning "AWS takes its default of the day, so two deployments of one source can differ";
    MOVING_REFERENCE "moving_reference" Advice "AWS changes what it points to, so the same source gives something else next month";
    UNKNOWN_METRIC "unknown_metric" Error "an alarm on a metric that is never published never fires, and a diagram of it stays empty";
    ALARM_WITHOUT_ACTION "alarm_without_action" Warning "nobody notices an alarm that tells nobody";
    DUPLICATE_ALARM "duplicate_alarm" Warning "two alarms for one trouble wake people twice, and one of them is forgotten when the line moves";
    METRIC_ELSEWHERE "metric_elsewhere" Warning "an alarm on a metric that is never published there never fires";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_and_no_two_are_the_same() {
        let mut names: Vec<&str> = ALL.iter().map(|code| code.name()).collect();
        assert!(
            names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'))
        );
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
