" Vim syntax of `.infra` files: the language of infrac.
if exists("b:current_syntax")
  finish
endif

syntax case match

" A word before `=`, `:` or `[`, or after `.`, is a name, whatever else it may mean: `infraName` is looked for there first.
syntax keyword infraKeyword access account after all and as assert at base because before both can claim
syntax keyword infraKeyword component connect connects deny deploy else endpoint ensure environment every
syntax keyword infraKeyword export extend external fails fn for forbid from grant icmp icmpv6 if in its least
syntax keyword infraKeyword let like lints main match matching name naming no not on only or output override
syntax keyword infraKeyword param parameter path per permit policies policy principal require rule some ssm
syntax keyword infraKeyword stack step system tag tags tcp test then through to type udp under until use when
syntax keyword infraKeyword with without
syntax keyword infraConstant true false none

syntax match infraName "\<\h\w*\ze\s*\%(=\%(=\)\@!\|:\%(:\)\@!\|\[\)"
syntax match infraField "\.\@<=\h\w*"
syntax match infraComponent "\<\u\w*\ze\s*{"
syntax match infraType "\<\h\w*\%(::\w\+\)\+"
syntax match infraAction "\<[a-z][a-z0-9-]*:\%(\a[0-9A-Za-z_/-]*\*\?\|\*\)"
syntax match infraMark "@\w\+"
syntax match infraNumber "\<\d[0-9_]*\%(\.\d\+\)\?\%(ms\|s\|min\|h\|d\|B\|[KMGT]iB\)\?\>%\?"
syntax match infraNumber "\<\d\{1,3}\%(\.\d\{1,3}\)\{3}/\d\{1,2}\>"
syntax match infraNumber "\<\d\{4}-\d\{2}-\d\{2}\>"
syntax match infraOperator "->\|++\|??\|[=!<>]=\|[<>+*|]"
syntax match infraPattern "\%(\<matching\s\+\)\@<=/\%(\\.\|[^/\\]\)*/"

syntax match infraEscape contained "\\\%([\"\\$nt]\|u{\x\+}\)"
syntax match infraEscape contained "{{\|}}"
syntax match infraVariable contained "\${[^}]*}"
syntax region infraInterpolation contained matchgroup=infraDelimiter start="{{\@!" end="}" oneline contains=TOP
syntax region infraText start=+"+ end=+"+ oneline contains=infraEscape,infraVariable,infraInterpolation
syntax region infraText start=+'+ end=+'+ oneline
syntax region infraText start=+"""+ end=+"""+ contains=infraVariable,infraInterpolation
syntax region infraText start=+'''+ end=+'''+

syntax match infraComment "//.*$" contains=infraTodo
syntax match infraDoc "///.*$"
syntax keyword infraTodo contained TODO FIXME

highlight default link infraKeyword Keyword
highlight default link infraConstant Boolean
highlight default link infraName Identifier
highlight default link infraField Identifier
highlight default link infraComponent Type
highlight default link infraType Type
highlight default link infraAction Function
highlight default link infraMark PreProc
highlight default link infraNumber Number
highlight default link infraOperator Operator
highlight default link infraPattern String
highlight default link infraText String
highlight default link infraEscape SpecialChar
highlight default link infraVariable Special
highlight default link infraDelimiter Delimiter
highlight default link infraComment Comment
highlight default link infraDoc SpecialComment
highlight default link infraTodo Todo

syntax sync minlines=200
let b:current_syntax = "infra"
