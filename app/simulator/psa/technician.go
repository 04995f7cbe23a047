package psa

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotThere says that a ticket, member or name does not exist, or not on this board.
var ErrNotThere = errors.New("not there")

// Edit is what a technician changes on a ticket; empty members stay as they are. Names are of the ticket's board.
type Edit struct {
	Status, Priority, Summary string
	Owner                     string  // a member's identifier
	XRef                      *string // externalXRef; staff can overwrite it
}

// EditTicket changes a ticket as the given member. It returns ErrNotThere for an unknown ticket, member or name.
func (s *Server) EditTicket(memberID, ticketID int, edit Edit) error {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, ticketID)
	if err != nil {
		return err
	}
	with := *t
	if edit.Status != "" {
		if with.status = t.board.status(edit.Status); with.status == nil {
			return fmt.Errorf("status %q of board %s: %w", edit.Status, t.board.name, ErrNotThere)
		}
	}
	if edit.Priority != "" {
		if with.priority = s.priorityNamed(edit.Priority); with.priority == nil {
			return fmt.Errorf("priority %q: %w", edit.Priority, ErrNotThere)
		}
	}
	if edit.Owner != "" {
		if with.owner = s.members.find(func(m *member) bool { return m.named(edit.Owner) }); with.owner == nil {
			return fmt.Errorf("member %q: %w", edit.Owner, ErrNotThere)
		}
	}
	with.summary = cmp.Or(edit.Summary, t.summary)
	if edit.XRef != nil {
		with.xref = *edit.XRef
	}
	s.replace(t, with, s.now().Unix(), by)
	return nil
}

// Move puts a ticket on another board, in a status of it, with that board's default team.
func (s *Server) Move(memberID, ticketID int, boardName, statusName string) error {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, ticketID)
	if err != nil {
		return err
	}
	b := s.boardNamed(boardName)
	if b == nil {
		return fmt.Errorf("board %q: %w", boardName, ErrNotThere)
	}
	with := *t
	with.board, with.status, with.team = b, b.status(statusName), b.defaultTeam()
	with.kind, with.subType, with.item = nil, nil, nil
	if with.status == nil {
		return fmt.Errorf("status %q of board %s: %w", statusName, b.name, ErrNotThere)
	}
	s.replace(t, with, s.now().Unix(), by)
	return nil
}

// AddNoteAs writes a note as the given member and returns its id. Text and flags are taken as they are.
func (s *Server) AddNoteAs(memberID, ticketID int, n Note) (int, error) {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, ticketID)
	if err != nil {
		return 0, err
	}
	added := s.addNote(t, &note{
		text: n.Text, discussion: n.Discussion, internal: n.Internal, resolution: n.Resolution, member: by,
	}, s.now().Unix(), by)
	return int(added.id), nil
}

// EditNote changes the text of a note as the given member.
func (s *Server) EditNote(memberID, ticketID, noteID int, text string) error {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, ticketID)
	if err != nil {
		return err
	}
	for _, n := range t.notes {
		if int(n.id) == noteID {
			n.text = text
			n.touch(s.now().Unix(), by)
			t.touch(s.now().Unix(), by)
			return nil
		}
	}
	return fmt.Errorf("note %d of ticket %d: %w", noteID, ticketID, ErrNotThere)
}

// AddTimeEntryAs books time with a note as the given member and returns the entry's id, which may equal
// the id of a note.
func (s *Server) AddTimeEntryAs(memberID, ticketID int, n Note, took time.Duration) (int, error) {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, ticketID)
	if err != nil {
		return 0, err
	}
	now := s.now().Unix()
	entry := s.times.add(&timeEntry{
		ticket: t, text: n.Text, discussion: n.Discussion, internal: n.Internal, resolution: n.Resolution,
		member: by, start: now - int64(took.Seconds()), end: now, stamps: newStamps(now, by),
	})
	t.times = append(t.times, entry)
	t.touch(now, by)
	return int(entry.id), nil
}

// Merge folds tickets into one as the given member; they get the named status of their board.
func (s *Server) Merge(memberID, into int, statusName string, ticketIDs ...int) error {
	defer s.lock()()
	by, t, err := s.memberAndTicket(memberID, into)
	if err != nil {
		return err
	}
	for _, id := range ticketIDs {
		child := s.tickets.get(int32(id))
		if child == nil || child == t || child.mergedInto != nil {
			return fmt.Errorf("ticket %d to merge: %w", id, ErrNotThere)
		}
		to := child.board.status(statusName)
		if to == nil {
			return fmt.Errorf("status %q of board %s: %w", statusName, child.board.name, ErrNotThere)
		}
		s.merge(t, []*ticket{child}, to, s.now().Unix(), by)
	}
	return nil
}

// DeleteTicket removes a ticket with its notes and documents, as an administrator would.
func (s *Server) DeleteTicket(ticketID int) error {
	defer s.lock()()
	t := s.tickets.get(int32(ticketID))
	if t == nil {
		return fmt.Errorf("ticket %d: %w", ticketID, ErrNotThere)
	}
	s.removeTicket(t)
	return nil
}

func (s *Server) memberAndTicket(memberID, ticketID int) (*member, *ticket, error) {
	by := s.members.get(int32(memberID))
	if by == nil {
		return nil, nil, fmt.Errorf("member %d: %w", memberID, ErrNotThere)
	}
	t := s.tickets.get(int32(ticketID))
	if t == nil {
		return nil, nil, fmt.Errorf("ticket %d: %w", ticketID, ErrNotThere)
	}
	return by, t, nil
}

// status finds a status by name, in any case; "" is the default one.
func (b *board) status(name string) *status {
	if name == "" {
		return b.defaultStatus()
	}
	for _, st := range b.statuses {
		if strings.EqualFold(st.name, name) {
			return st
		}
	}
	return nil
}

func (s *Server) boardNamed(name string) *board {
	return s.boards.find(func(b *board) bool { return strings.EqualFold(b.name, name) })
}

func (s *Server) priorityNamed(name string) *priority {
	return s.priorities.find(func(p *priority) bool { return strings.EqualFold(p.name, name) })
}
