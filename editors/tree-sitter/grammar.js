// The grammar of `.infra` files for editors, for tree-sitter. What is right and what is wrong is decided by `grammar/infra.pest`; a
// judge reads every file of this repository with both. Here a text is only taken apart well enough to colour, fold and select it.

// Words that begin or join statements. They are names wherever their form is not there.
const SOFT = [
  "access", "account", "after", "as", "assert", "at", "base", "because", "before", "both", "can", "claim", "component", "connect",
  "connects", "deny", "deploy", "endpoint", "ensure", "environment", "every", "export", "extend", "external", "fails", "fn", "forbid",
  "from", "grant", "its", "least", "let", "lints", "main", "match", "name", "naming", "no", "on", "only", "output", "override", "param",
  "parameter", "path", "permit", "policies", "policy", "principal", "require", "rule", "some", "ssm", "stack", "step", "system", "tag",
  "tags", "test", "through", "to", "type", "under", "until", "use", "when", "with", "without",
];
// Words that no name may be, and that are settings all the same.
const RESERVED = ["and", "else", "for", "if", "in", "matching", "not", "per", "then"];

const LEVEL = { or: 1, and: 2, not: 3, compare: 4, otherwise: 5, add: 6, multiply: 7, sign: 8, after: 9 };

const separated = (rule, by) => seq(rule, repeat(seq(by, rule)));
const block = (rule) => seq("{", repeat(choice(rule, ",", ";")), "}");

module.exports = grammar({
  name: "infra",
  word: ($) => $.identifier,
  extras: ($) => [/\s/, $.comment, $.documentation],
  supertypes: ($) => [$.statement],

  // Words that are names wherever their form is not there; what follows decides.
  conflicts: ($) => [
    [$.use, $._word],
    [$.quantified, $._word],
    [$.path_sentence, $._word],
    [$.only, $._word],
    [$._expression, $.connects],
    [$._expression, $.can],
    [$.name, $._label],
    [$.every_time, $._word],
    [$.because, $._word],
    [$.until, $._word],
    [$.on_type, $._word],
    [$.rule_name, $._setting],
    [$.name, $.argument],
    [$.external_output, $._key],
    [$.instance],
    [$._expression, $.matches],
    [$.principal, $._word],
    [$.endpoint, $._word],
    [$.with_setting, $._word],
  ],

  rules: {
    file: ($) => repeat(choice($._item, ",", ";")),
    comment: () => token(seq("//", optional(/[^\/\n][^\n]*/))),
    documentation: () => token(seq("///", /[^\n]*/)),

    _item: ($) => choice($.mark, $.statement),
    body: ($) => block($._item),

    // Marks
    mark: ($) => seq("@", alias(token.immediate(/[A-Za-z_]\w*/), $.identifier), optional($.mark_arguments)),
    mark_arguments: ($) =>
      seq(token.immediate("("), repeat(choice(",", $.because, $.until, $.on_type, $.setting, $.rule_name)), ")"),
    rule_name: ($) => seq($._word, repeat(seq(choice(token.immediate("."), token.immediate("-"), token.immediate("::")), alias(token.immediate(/\w+/), $.identifier)))),
    because: ($) => seq("because", $._value),
    until: ($) => seq("until", $._value),
    on_type: ($) => seq("on", $._type_name),

    // Declarations
    statement: ($) =>
      choice(
        $.system, $.param, $.environment, $.naming, $.tags, $.lints, $.claim, $.require_tag, $.let, $.function, $.type, $.use, $.policy,
        $.ensure, $.forbid, $.test, $.step, $.external, $.stack, $.component, $.instance, $.extend, $.output, $.if, $.for, $.match,
        $.grant, $.connect, $.access, $.access_on, $.principal, $.endpoint,
      ),
    system: ($) => seq("system", field("name", $._label)),
    param: ($) =>
      seq(optional("deploy"), "param", field("name", $._word), ":", field("type", $._type), optional(seq("=", field("default", $._expression)))),
    environment: ($) =>
      seq(optional("base"), "environment", field("name", $._label), optional(seq("from", field("from", $._label))), $.settings),
    naming: ($) => seq("naming", "{", repeat(choice($.naming_rule, ",", ";")), "}"),
    naming_rule: ($) => seq(field("for", choice(seq("per", "account"), $._word, $.resource_type)), $._assign, $._expression),
    tags: ($) => seq("tags", $.settings),
    lints: ($) => seq("lints", $.settings),
    claim: ($) => seq("claim", $.text, $.settings),
    require_tag: ($) => seq("require", "tag", choice($.text, $._label), optional($.matching)),
    let: ($) => seq("let", field("name", $._word), optional(seq(":", field("type", $._type))), "=", field("value", $._expression)),
    function: ($) =>
      seq("fn", field("name", $._word), "(", repeat(choice($.function_param, ",")), ")", optional(seq("->", $._type)), "=", $._expression),
    function_param: ($) => seq(field("name", $._word), ":", $._type, optional(seq("=", $._expression))),
    type: ($) => seq("type", field("name", $._word), "=", $._type),
    use: ($) => seq("use", choice(seq(separated($._word, ","), "from", $.text), seq("policy", $._path))),
    policy: ($) => seq("policy", field("name", $._word), "{", repeat(choice($.mark, $.rule, ",", ";")), "}"),
    rule: ($) =>
      seq("rule", field("name", $._word), optional($.text), optional(alias(choice("error", "warning", "advice"), $.level)), $.conditions),
    conditions: ($) => block($._expression),
    ensure: ($) =>
      seq("ensure", choice(prec(1, seq($.text, $.conditions)), $.crossing, $._expression, seq($._label, "at", "least", $._label))),
    // A path from one environment to another.
    crossing: ($) => prec.right(1, seq("path", $._crossing_end, "->", $._crossing_end, optional($._on_ports))),
    _crossing_end: ($) => choice(seq("environment", $._label), seq($._value, "in", $._label)),
    forbid: ($) => seq("forbid", choice($.crossing, $.path_sentence, seq("grant", $._granted))),
    test: ($) =>
      seq("test", $.text, optional(seq("in", separated($._label, ","))), optional(seq("with", $.settings)), choice(seq("fails", $._word), $.asserts)),
    asserts: ($) => block(seq("assert", $._expression)),
    step: ($) => prec.right(seq("step", field("name", $._label), optional($.text), repeat(choice($.after, $.before)), optional($.settings))),
    after: ($) => prec.right(seq("after", separated($._path, ","))),
    before: ($) => prec.right(seq("before", separated($._path, ","))),
    external: ($) =>
      prec.right(seq("external", field("name", $._word), optional($.text), repeat(choice(seq("from", $.text), $.after, $.before)), optional($.external_body))),
    external_body: ($) => block(choice($.external_output, $.setting)),
    external_output: ($) =>
      prec.right(seq(field("name", $._word), ":", $._type, optional(seq(optional("from"), choice("parameter", seq(choice("export", "ssm", "name"), $.text)))))),

    // Stacks, components, instances
    stack: ($) =>
      seq("stack", field("name", $._word), optional(field("title", $.text)), repeat(choice($.stack_clause, $.after)), field("body", $.body)),
    stack_clause: ($) => choice(seq(choice("as", "in"), $._value), seq("if", $._expression), seq("per", "account")),
    component: ($) => seq("component", field("name", $._word), field("body", $.body)),
    instance: ($) =>
      seq(
        optional("main"), field("name", $._word), optional($.index), "=", field("type", $._type_name), field("settings", $.settings),
        optional($.with),
      ),
    with: ($) => seq("with", "{", repeat($._with_part), "}"),
    _with_part: ($) => choice($.with_target, $.with_setting, ",", ";"),
    with_target: ($) => seq(field("name", $._word), "{", repeat($._with_part), "}"),
    with_setting: ($) => prec.right(seq(optional("override"), $._setting, optional($.because))),
    extend: ($) => seq("extend", $._value, $.settings),
    output: ($) => prec.right(seq("output", field("name", $._word), "=", $._expression, optional(seq("as", $._value)))),
    if: ($) => prec.right(seq("if", $._expression, $.body, repeat(seq("else", "if", $._expression, $.body)), optional(seq("else", $.body)))),
    for: ($) => seq("for", $._bound, "in", $._expression, $.body),
    _bound: ($) => seq(field("name", $._word), optional(seq(",", field("name", $._word)))),
    match: ($) => seq("match", $._expression, "{", repeat(choice($.match_arm, ",", ";")), "}"),
    match_arm: ($) => seq(choice("else", separated($._expression, ",")), $.body),

    // Permissions and connections
    grant: ($) => prec.right(seq(choice("grant", "deny", "permit"), $._granted, optional($.because))),
    _granted: ($) =>
      prec.right(seq(field("to", $._value), separated(field("verb", $._verb), ","), "on", field("on", $._value), repeat(choice($.under, $.when, $.side)))),
    _verb: ($) => choice($.action, alias($._word, $.verb)),
    action: () => token(choice("*", /[A-Za-z][A-Za-z0-9-]*:[A-Za-z0-9*?]+/)),
    under: ($) => seq("under", $._value),
    when: ($) => prec.right(seq("when", separated($.condition, "and"))),
    condition: ($) => seq($.condition_key, choice("==", "!=", "<=", "<", ">=", ">", "like", "in", "="), $._value),
    condition_key: () => token(/[A-Za-z0-9][A-Za-z0-9_.-]*:[A-Za-z0-9_\/.:${}-]+/),
    side: () => seq("in", choice(seq("its", "policy"), seq("both", "policies"))),
    access: ($) => seq("access", field("name", $._word), $.access_body),
    access_body: ($) => block(choice($.access_if, $.access_statement)),
    access_statement: ($) => prec.right(seq(separated($.action, ","), "on", $._value, optional($.when))),
    access_if: ($) =>
      prec.right(seq("if", $._expression, $.access_body, repeat(seq("else", "if", $._expression, $.access_body)), optional(seq("else", $.access_body)))),
    access_on: ($) =>
      seq("access", "on", $._type_name, block(choice($.resource_policy, $.principal, $.endpoint, seq(field("verb", $._word), $.access_body)))),
    resource_policy: ($) => seq("policy", choice(seq("in", $._word), seq($._type_name, $.settings))),
    principal: ($) => seq("principal", $._expression),
    endpoint: ($) => prec.right(seq("endpoint", $._value, optional($._on_ports))),
    connect: ($) => prec.right(seq("connect", field("from", $._value), "->", field("to", $._value), optional($._on_ports))),
    _on_ports: ($) => prec.right(seq("on", separated($.ports, ","))),
    ports: ($) =>
      choice(seq(choice("tcp", "udp"), $._value, optional(seq("..", $._value))), "icmp", "icmpv6", "all"),

    // Entries
    settings: ($) => block($.setting),
    setting: ($) => $._setting,
    _setting: ($) => choice(seq(field("name", $._key), $._assign, field("value", $._expression)), field("name", $._word)),
    _key: ($) => choice($._word, alias(choice(...RESERVED), $.identifier), $.text, alias($.label, $.identifier)),
    _assign: () => choice("=", "=>", ":=", ":"),

    // Types
    _type: ($) => choice($._type_part, $.union),
    union: ($) => prec.right(seq($._type_part, repeat1(seq("|", $._type_part)))),
    _type_part: ($) => prec.left(seq(choice($.list_type, $.record_type, $.number, $.date, $.address, $.text, $._type_name), repeat(choice($.range, $.matching, "?")))),
    list_type: ($) => seq("[", $._type, "]"),
    record_type: ($) => seq("{", repeat(choice($.field_type, ",", ";")), "}"),
    field_type: ($) => seq(field("name", $._word), ":", $._type, optional(seq("=", $._expression))),
    _type_name: ($) => choice(alias($._word, $.type_name), $.resource_type),
    resource_type: () => token(/[A-Za-z_]\w*(::\w+)+/),
    range: ($) => seq("(", optional(choice($._value, seq(optional($._bound_of_range), "..", optional($._bound_of_range)))), ")"),
    _bound_of_range: ($) => seq(optional("-"), $._value),
    matching: ($) => seq("matching", $.pattern),
    pattern: () => token(seq("/", repeat(choice(/[^\/\\\n]/, /\\[^\n]/)), "/")),

    // Expressions
    _expression: ($) =>
      choice(
        $._value, $.unary, $.binary, $.if_value, $.per, $.every_time, $.quantified, $.path_sentence, $.only, $.connects, $.can,
        $.matches, $.choice,
      ),
    unary: ($) =>
      choice(prec(LEVEL.sign, seq(choice("-", "!"), $._expression)), prec(LEVEL.not, seq("not", $._expression))),
    binary: ($) =>
      choice(
        ...[
          [LEVEL.otherwise, "??"], [LEVEL.add, choice("++", "+", "-")], [LEVEL.multiply, choice("*", "/")],
          [LEVEL.compare, choice("<=", "<", ">=", ">", "==", "!=", "=", "in", seq("not", "in"))],
          [LEVEL.and, choice("and", "&&")], [LEVEL.or, choice("or", "||")],
        ].map(([level, sign]) => prec.left(level, seq($._expression, field("operator", sign), $._expression))),
      ),
    choice: ($) => prec.right(seq($._expression, "?", $._expression, ":", $._expression)),
    if_value: ($) => prec.right(seq("if", $._expression, "then", $._expression, optional(seq("else", $._expression)))),
    per: ($) => seq("per", $._path, "{", repeat(choice($.per_arm, ",", ";")), "}"),
    per_arm: ($) => seq(field("for", choice($.text, $._label, $.number, alias("else", $.identifier))), $._assign, $._expression),
    every_time: ($) => seq("every", $.number),
    quantified: ($) =>
      prec.right(seq(choice("every", "some", "no"), field("name", $._word), "in", $._expression, ":", $._expression)),
    path_sentence: ($) =>
      prec.right(seq("path", $._value, "->", $._value, repeat(choice($._on_ports, seq(choice("through", "without"), $._value))))),
    only: ($) => seq("only", choice($.connects, $.can)),
    connects: ($) => prec.right(seq($._value, "connects", "to", $._value, optional($._on_ports))),
    can: ($) => prec.right(seq($._value, "can", $._verb, "on", $._value)),
    matches: ($) => seq($._value, "matching", $.pattern),

    _value: ($) =>
      choice($.name, $.number, $.date, $.address, $.text, $.list, $.record, $.parenthesis, $.field, $.subscript, $.call),
    name: ($) => choice($._word, $.resource_type),
    field: ($) => seq($._value, token.immediate("."), field("name", alias(token.immediate(/[A-Za-z_]\w*/), $.identifier))),
    subscript: ($) => seq($._value, $.index),
    index: ($) => seq(token.immediate("["), $._expression, "]"),
    call: ($) => seq(field("function", $._value), $.arguments),
    arguments: ($) => seq(token.immediate("("), repeat(choice($.argument, ",")), ")"),
    argument: ($) => seq(optional(seq(field("name", $._word), "=")), $._expression),
    parenthesis: ($) => seq("(", $._expression, ")"),
    list: ($) => seq("[", choice(repeat(choice($._expression, ",")), seq($._each, ":", $._expression)), "]"),
    record: ($) => seq("{", choice(repeat(choice($.setting, ",", ";")), seq($._each, ":", $._key, $._assign, $._expression)), "}"),
    _each: ($) => seq("for", $._bound, "in", $._expression, optional(seq("if", $._expression))),
    _path: ($) => choice($.name, alias($._fields, $.field)),
    _fields: ($) => seq($._path, token.immediate("."), field("name", alias(token.immediate(/[A-Za-z_]\w*/), $.identifier))),

    // Tokens
    identifier: () => /[A-Za-z_]\w*/,
    label: () => token(/[A-Za-z_]\w*(-\w+)+/),
    _label: ($) => choice($._word, alias($.label, $.identifier)),
    _word: ($) => choice($.identifier, ...SOFT.map((word) => alias(word, $.identifier))),
    number: () => token(/\d+(\.\d+)?(%|\w+)?/),
    date: () => token(prec(1, /\d{4}-\d{2}-\d{2}/)),
    address: () => token(prec(1, choice(/\d+(\.\d+){3}(\/\d+)?/, /[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){1,8}\/\d+/))),

    text: ($) => choice($._quoted, $._block, $._raw),
    _quoted: ($) => seq('"', repeat(choice($._inside, token.immediate(prec(1, /[^"\\{}$\n]+/)), $.escape)), token.immediate('"')),
    _block: ($) => seq('"""', repeat(choice($._inside, token.immediate(prec(1, /[^"{}$]+/)), token.immediate(/"{1,2}/))), token.immediate('"""')),
    _inside: ($) => choice($.brace, $.variable, $.interpolation, token.immediate(/\$/), token.immediate("}")),
    escape: () => token.immediate(/\\(u\{[^}"\n]*\}|[^\n])/),
    brace: () => token.immediate(choice("{{", "}}")),
    variable: () => token.immediate(/\$\{[^}\n]*\}/),
    interpolation: ($) => seq(token.immediate("{"), $._expression, "}"),
    _raw: () => token(choice(seq("'", /[^'\n]*/, "'"), seq("'''", /([^']|'[^']|''[^'])*/, "'''"))),
  },
});
