package condition

// Where says which query parameter a filter came in: `in` exists only in conditions.
type Where int

// The three parameters.
const (
	Conditions Where = iota
	ChildConditions
	CustomFieldConditions
)

// deepest is how many brackets may be open at once; more is refused instead of filling the stack.
const deepest = 100

// Parse reads a filter. Nothing but blanks gives the nil Filter. The error is always an *Error.
func Parse(source string, where Where) (*Filter, error) {
	p := &parser{lexer: lexer{source: source}, where: where}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == tokenEnd {
		return nil, nil
	}
	filter, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenEnd {
		return nil, refuse("Unexpected '%s' in conditions.", p.token.name())
	}
	return filter, nil
}

type parser struct {
	lexer lexer
	token token
	where Where
	depth int
}

func (p *parser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// either reads parts joined by or; and binds tighter.
func (p *parser) either() (*Filter, error) { return p.group("or", p.both) }

// both reads parts joined by and.
func (p *parser) both() (*Filter, error) { return p.group("and", p.part) }

func (p *parser) group(join string, read func() (*Filter, error)) (*Filter, error) {
	first, err := read()
	if err != nil {
		return nil, err
	}
	parts := []*Filter{first}
	for p.token.is(join) {
		if err := p.advance(); err != nil {
			return nil, err
		}
		next, err := read()
		if err != nil {
			return nil, err
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 {
		return first, nil
	}
	return &Filter{join: join, parts: parts}, nil
}

// part reads a bracketed filter or one comparison.
func (p *parser) part() (*Filter, error) {
	if p.token.kind != tokenOpen {
		return p.comparison()
	}
	if p.depth++; p.depth > deepest {
		return nil, refuse("The conditions are nested too deep.")
	}
	defer func() { p.depth-- }()
	if err := p.advance(); err != nil {
		return nil, err
	}
	inner, err := p.either()
	if err != nil {
		return nil, err
	}
	if p.token.kind != tokenClose {
		return nil, refuse("Expected ')' but found '%s'.", p.token.name())
	}
	return inner, p.advance()
}

func (p *parser) comparison() (*Filter, error) {
	if p.token.kind != tokenWord || p.token.is("and") || p.token.is("or") || p.token.is("not") {
		return nil, refuse("Expected a field name but found '%s'.", p.token.name())
	}
	filter := &Filter{path: p.token.text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.is("not") {
		filter.negate = true
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	switch {
	case p.token.kind == tokenOperator && !filter.negate:
		filter.op = p.token.text
	case p.token.is("contains"):
		filter.op = "contains"
	case p.token.is("like"):
		filter.op = "like"
	case p.token.is("in") && p.where == Conditions:
		filter.op = "in"
	default:
		return nil, refuse("Expected an operator after '%s' but found '%s'.", filter.path, p.token.name())
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if filter.op == "in" {
		return filter, p.valueList(filter)
	}
	return filter, p.value(filter)
}

// valueList reads ( value, value, … ) into the filter.
func (p *parser) valueList(filter *Filter) error {
	if p.token.kind != tokenOpen {
		return refuse("Expected '(' after in but found '%s'.", p.token.name())
	}
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if err := p.value(filter); err != nil {
			return err
		}
		if p.token.kind == tokenClose {
			return p.advance()
		}
		if p.token.kind != tokenComma {
			return refuse("Expected ',' or ')' but found '%s'.", p.token.name())
		}
	}
}

func (p *parser) value(filter *Filter) error {
	var value Value
	switch t := p.token; {
	case t.kind == tokenText:
		// Not Text(): an empty string in a filter stays a string, so that types can be checked.
		value = Value{kind: KindText, text: t.text}
	case t.kind == tokenNumber:
		value = Number(t.number)
	case t.kind == tokenTime:
		value = Value{kind: KindTime, number: t.number}
	case t.is("true"), t.is("false"):
		value = Bool(t.is("true"))
	case t.is("null"):
	default:
		return refuse("Expected a value after '%s %s' but found '%s'.", filter.path, filter.op, t.name())
	}
	filter.values = append(filter.values, value)
	return p.advance()
}
