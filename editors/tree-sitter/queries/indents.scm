[
  (body)
  (settings)
  (record)
  (list)
  (conditions)
  (asserts)
  (access_body)
  (access_on)
  (naming)
  (policy)
  (match)
  (with)
  (external_body)
  (record_type)
  (arguments)
  (parenthesis)
] @indent

["}" "]" ")"] @outdent
