; What is coloured how. Later patterns win where editors take the last match, earlier ones where they take the first; none contradict.

(comment) @comment
(documentation) @comment.documentation

(text) @string
(escape) @string.escape
(brace) @string.escape
(variable) @string.special
(interpolation "{" @punctuation.special "}" @punctuation.special)
(pattern) @string.regexp

(number) @number
(date) @number
(address) @number

(resource_type) @type
(type_name) @type
(action) @constant
(condition_key) @constant
(verb) @function.call
(level) @keyword

(mark "@" @attribute (identifier) @attribute)
(rule_name) @constant

(system name: (identifier) @module)
(environment name: (identifier) @module)
(stack name: (identifier) @module)
(component name: (identifier) @type.definition)
(type name: (identifier) @type.definition)
(function name: (identifier) @function)
(function_param name: (identifier) @variable.parameter)
(param name: (identifier) @variable.parameter)
(let name: (identifier) @variable)
(instance name: (identifier) @variable)
(output name: (identifier) @property)
(setting name: (identifier) @property)
(with_setting name: (identifier) @property)
(field_type name: (identifier) @property)
(argument name: (identifier) @property)
(field name: (identifier) @property)
(call function: (name (identifier) @function.call))

[
  "access" "assert" "at" "base" "because" "before" "after" "as" "both" "can" "claim" "component" "connect" "connects" "deny"
  "deploy" "endpoint" "ensure" "environment" "every" "export" "extend" "external" "fails" "fn" "forbid" "from" "grant" "its"
  "least" "let" "lints" "main" "naming" "no" "on" "only" "output" "override" "param" "parameter" "path" "permit" "policies"
  "policy" "principal" "require" "rule" "some" "ssm" "stack" "step" "system" "tag" "tags" "test" "through" "to" "type" "under"
  "until" "use" "when" "with" "without" "per" "account" "name" "in" "matching"
] @keyword

["if" "then" "else" "match"] @keyword.conditional
["for"] @keyword.repeat
["and" "or" "not" "like"] @keyword.operator

["=" "=>" ":=" "==" "!=" "<" "<=" ">" ">=" "+" "-" "*" "/" "++" "??" "&&" "||" "!" "?" "|" "->" ".."] @operator
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ";" ":" "."] @punctuation.delimiter

((name (identifier) @constant.builtin) (#any-of? @constant.builtin "true" "false" "none"))
((type_name) @type.builtin (#any-of? @type.builtin "text" "int" "number" "bool" "duration" "size" "cidr" "port" "json" "secret"))
