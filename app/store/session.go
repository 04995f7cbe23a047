package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
)

// session is the writing connection with its prepared statements. It works on
// the driver itself: nothing but the committer uses it, so the locks and
// copies of a pool would cost as much as the small statements it runs.
type session struct {
	conn     driver.Conn
	prepared map[string]preparedStatement
	args     []driver.NamedValue
}

type preparedStatement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func newSession(connector driver.Connector) (*session, error) {
	conn, err := connector.Connect(context.Background())
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, prepared: map[string]preparedStatement{}}, nil
}

// exec runs one statement and returns how many rows it changed.
func (s *session) exec(query string, args ...driver.Value) (int64, error) {
	result, err := s.run(query, args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// insert runs one statement and returns the number of the row it added.
func (s *session) insert(query string, args ...driver.Value) (int64, error) {
	result, err := s.run(query, args)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func (s *session) run(query string, args []driver.Value) (driver.Result, error) {
	stmt, err := s.prepare(query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), s.bind(args))
}

// query calls row with the columns of each row, which are valid until it returns.
func (s *session) query(row func([]driver.Value) error, query string, args ...driver.Value) error {
	stmt, err := s.prepare(query)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(context.Background(), s.bind(args))
	if err != nil {
		return err
	}
	columns := make([]driver.Value, len(rows.Columns()))
	for {
		if err = rows.Next(columns); err != nil {
			break
		}
		if err = row(columns); err != nil {
			break
		}
	}
	if err == io.EOF {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// script runs a text of several statements.
func (s *session) script(text string) error {
	execer, ok := s.conn.(driver.ExecerContext)
	if !ok {
		return fmt.Errorf("driver connection %T runs no scripts", s.conn)
	}
	_, err := execer.ExecContext(context.Background(), text, nil)
	return err
}

func (s *session) prepare(query string) (preparedStatement, error) {
	if stmt, ok := s.prepared[query]; ok {
		return stmt, nil
	}
	plain, err := s.conn.Prepare(query)
	if err != nil {
		return nil, err
	}
	stmt, ok := plain.(preparedStatement)
	if !ok {
		return nil, errors.Join(fmt.Errorf("driver statement %T takes no context", plain), plain.Close())
	}
	s.prepared[query] = stmt
	return stmt, nil
}

// bind reuses one buffer: the driver copies the values before it returns.
func (s *session) bind(args []driver.Value) []driver.NamedValue {
	s.args = s.args[:0]
	for i, v := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return s.args
}

func (s *session) close() error {
	var errs []error
	for _, stmt := range s.prepared {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, s.conn.Close())...)
}
