"""The grammar of FEEL for lark, over the tokens of `lexer`; decides nothing about names or meaning.

Chains of one operator are flat, so that a long sum is not a deep tree. Where a trailing `else`,
`return` or function body could end early or go on, LALR's shift makes it go on, as the standard wants.
"""

from __future__ import annotations

GRAMMAR = r"""
%declare NUMBER STRING AT NAME KEY TRUE FALSE NULL COMPARE LESS GREATER ADD MUL _POW NEG _OR _AND
%declare _BETWEEN _IN _INSTANCE_OF _IF _THEN _ELSE _FOR SOME EVERY _SATISFIES _RETURN _FUNCTION _NOT
%declare LPAR RPAR LSQB RSQB _LBRACE _RBRACE ROPEN RCLOSE _COMMA _COLON _DOT _RANGE _ARROW

expression: expr

unary: NEG                                      -> anything
     | _NOT LPAR test (_COMMA test)* RPAR       -> none_of
     | test (_COMMA test)*                      -> any_of

?test: compare_op sum                           -> than
     | expr

?expr: conjunction
     | conjunction (_OR conjunction)+           -> disjunction
?conjunction: comparison
     | comparison (_AND comparison)+            -> conjunction
?comparison: sum
     | comparison compare_op sum                -> compare
     | comparison _BETWEEN sum _AND sum         -> between
     | comparison _IN in_target                 -> is_in
     | comparison _INSTANCE_OF type             -> instance_of
?in_target: sum
     | compare_op sum                           -> than
?sum: product
     | product (ADD product)+                   -> chain
?product: power
     | power (MUL power)+                       -> chain
?power: negation
     | negation (_POW negation)+                -> powers
?negation: postfix
     | NEG negation                             -> negative
?postfix: atom
     | postfix _DOT NAME                        -> path
     | postfix LSQB expr RSQB                   -> filter
     | postfix LPAR RPAR                        -> call
     | postfix LPAR expr (_COMMA expr)* RPAR    -> call
     | postfix LPAR named (_COMMA named)* RPAR  -> call_named
named: NAME _COLON expr

?atom: NUMBER                                   -> number
     | STRING                                   -> string
     | AT                                       -> at_literal
     | TRUE                                     -> true
     | FALSE                                    -> false
     | NULL                                     -> null
     | NAME                                     -> name
     | LPAR test (_COMMA test)* RPAR            -> paren
     | LSQB (expr (_COMMA expr)*)? RSQB         -> list
     | _LBRACE (entry (_COMMA entry)*)? _RBRACE -> context
     | (LPAR | LSQB | ROPEN) expr _RANGE expr (RPAR | RSQB | RCLOSE) -> range
     | _IF expr _THEN expr _ELSE expr           -> if_else
     | _FOR iteration (_COMMA iteration)* _RETURN expr          -> for_each
     | SOME iteration (_COMMA iteration)* _SATISFIES expr      -> quantified
     | EVERY iteration (_COMMA iteration)* _SATISFIES expr     -> quantified
     | _FUNCTION LPAR (parameter (_COMMA parameter)*)? RPAR expr -> function
iteration: NAME _IN expr
     | NAME _IN expr _RANGE expr
parameter: NAME (_COLON type)?
entry: KEY _COLON expr
compare_op: COMPARE | LESS | GREATER

type: NAME (_DOT NAME)*                         -> type
     | NAME LESS type (_COMMA type)* GREATER    -> type_of
     | NAME LESS typed (_COMMA typed)* GREATER  -> type_context
     | _FUNCTION LESS (type (_COMMA type)*)? GREATER _ARROW type -> type_function
     | _FUNCTION                                -> type_function
     | NULL                                     -> type_null
typed: NAME _COLON type
"""
