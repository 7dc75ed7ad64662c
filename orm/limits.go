package orm

import "strings"

// limits writes LIMIT and OFFSET.
func (c *Compiler) limits(q *query) {
	if q.limit >= 0 {
		c.SQL(" LIMIT ")
		c.count(q.limit, c.limit)
	} else if q.offset > 0 && !c.d.Dollar {
		// SQLite and MySQL know OFFSET only after LIMIT.
		c.SQL(" LIMIT ")
		c.SQL("9223372036854775807")
	}
	if q.offset > 0 {
		c.SQL(" OFFSET ")
		c.count(q.offset, c.offset)
	}
}

// count writes the placeholder of LIMIT or OFFSET.
func (c *Compiler) count(n int, slot *countSlot) {
	if slot != nil {
		c.slotValue(slot, int64(n))
		return
	}
	c.rawArg(int64(n))
}

// locks writes FOR UPDATE.
func (c *Compiler) locks(q *query, s *selection) {
	if q.lock == nil || !c.d.Features.ForUpdate {
		return
	}
	f := c.d.Features
	c.SQL(" FOR ")
	switch {
	case q.lock.NoKey && f.ForNoKeyUpdate:
		c.SQL("NO KEY UPDATE")
	default:
		c.SQL("UPDATE")
	}
	if len(q.lock.Of) > 0 || q.lock.Self {
		if !f.ForUpdateOf {
			c.Unsupported("FOR UPDATE OF", "leave LockOptions.Of empty")
			return
		}
		var tables []string
		if q.lock.Self {
			tables = append(tables, c.d.Ident(s.alias))
		}
		for _, r := range q.lock.Of {
			at, err := s.joinPath(r.relPath())
			if err != nil {
				c.Fail(err)
				return
			}
			tables = append(tables, c.d.Ident(s.aliasOf(at)))
		}
		c.SQL(" OF " + strings.Join(tables, ", "))
	}
	switch {
	case q.lock.NoWait && !f.NoWait:
		c.Unsupported("NOWAIT", "")
	case q.lock.NoWait:
		c.SQL(" NOWAIT")
	case q.lock.SkipLocked && !f.SkipLocked:
		c.Unsupported("SKIP LOCKED", "")
	case q.lock.SkipLocked:
		c.SQL(" SKIP LOCKED")
	}
}
