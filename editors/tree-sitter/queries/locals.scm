(component) @local.scope
(function) @local.scope
(for) @local.scope

(param name: (identifier) @local.definition)
(let name: (identifier) @local.definition)
(function_param name: (identifier) @local.definition)
(instance name: (identifier) @local.definition)

(name (identifier) @local.reference)
