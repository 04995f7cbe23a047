package desk

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// User is a person. Role is end-user, agent or admin.
type User struct {
	ID           int64
	Name, Email  string
	Role         string
	Organization int64
	CreatedAt    time.Time
	Fields       map[string]any // shown instead of, or beside, the rest
}

// Organization is a customer of the provider.
type Organization struct {
	ID        int64
	Name      string
	Domains   []string
	CreatedAt time.Time
	Fields    map[string]any
}

// AddUser adds or replaces a person and returns the id.
func (s *Server) AddUser(u User) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addUser(u)
}

func (s *Server) addUser(u User) int64 {
	if u.ID == 0 {
		u.ID = s.newID()
	}
	s.lastID = max(s.lastID, u.ID)
	u.Role = cmp.Or(u.Role, "end-user")
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.now()
	}
	s.users[u.ID] = &u
	return u.ID
}

// AddOrganization adds or replaces an organization and returns the id.
func (s *Server) AddOrganization(o Organization) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o.ID == 0 {
		o.ID = s.newID()
	}
	s.lastID = max(s.lastID, o.ID)
	if o.CreatedAt.IsZero() {
		o.CreatedAt = s.now()
	}
	s.orgs[o.ID] = &o
	return o.ID
}

// personByEmail finds a person or makes one, as a ticket for a stranger does.
func (s *Server) personByEmail(name, email string) int64 {
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if strings.EqualFold(s.users[id].Email, email) {
			return id
		}
	}
	return s.addUser(User{Name: cmp.Or(name, email), Email: email})
}

func (u *User) json(base string) any {
	out := u.short(base)
	for key, value := range (object{
		"photo": nil, "external_id": nil, "tags": []string{}, "alias": nil, "active": true, "shared": false, "shared_agent": false,
		"last_login_at": nil, "two_factor_auth_enabled": nil, "signature": nil, "details": nil, "notes": nil, "role_type": roleType(u.Role),
		"custom_role_id": nil, "moderator": u.Role != "end-user", "ticket_restriction": restriction(u.Role), "only_private_comments": false,
		"restricted_agent": u.Role == "end-user", "suspended": false, "default_group_id": defaultGroup(u.Role), "report_csv": u.Role == "admin",
		"user_fields": object{},
	}) {
		out[key] = value
	}
	return overlaid(out, encoded(u.Fields))
}

// short is what an end user sees of themselves.
func (u *User) short(base string) object {
	return object{
		"id": u.ID, "url": base + "/api/v2/users/" + strconv.FormatInt(u.ID, 10) + ".json", "name": u.Name, "email": nullable(u.Email),
		"created_at": stamp(u.CreatedAt.Unix()), "updated_at": stamp(u.CreatedAt.Unix()), "time_zone": "Europe/Berlin",
		"iana_time_zone": "Europe/Berlin", "phone": nil, "shared_phone_number": nil, "photo": nil, "locale_id": 1, "locale": "en-US",
		"organization_id": nullable(u.Organization), "role": u.Role, "verified": true,
	}
}

func roleType(role string) *int {
	if role == "admin" {
		four := 4
		return &four
	}
	return nil
}

func restriction(role string) *string {
	if role == "end-user" {
		text := "requested"
		return &text
	}
	return nil
}

func defaultGroup(role string) *int64 {
	if role == "end-user" {
		return nil
	}
	return nullable(groupID)
}

func (o *Organization) json(base string) any {
	return overlaid(object{
		"url": base + "/api/v2/organizations/" + strconv.FormatInt(o.ID, 10) + ".json", "id": o.ID, "name": o.Name, "shared_tickets": false,
		"shared_comments": false, "external_id": nil, "created_at": stamp(o.CreatedAt.Unix()), "updated_at": stamp(o.CreatedAt.Unix()),
		"domain_names": append([]string{}, o.Domains...), "details": nil, "notes": nil, "group_id": nil, "tags": []string{},
		"organization_fields": object{},
	}, encoded(o.Fields))
}

func (s *Server) me(q *question) *reply {
	if q.user.Role == "end-user" {
		return ok(object{"user": overlaid(q.user.short(q.base), encoded(q.user.Fields))})
	}
	return ok(object{"user": q.user.json(q.base)})
}

func (s *Server) oneUser(q *question) *reply {
	u := s.users[q.id]
	if u == nil {
		return recordNotFound()
	}
	return ok(object{"user": u.json(q.base)})
}

func (s *Server) manyUsers(q *question) *reply {
	ids, refusal := idList(q)
	if refusal != nil {
		return refusal
	}
	found := []any{}
	for _, id := range ids {
		if u := s.users[id]; u != nil {
			found = append(found, u.json(q.base))
		}
	}
	return ok(object{"users": found, "count": len(found), "next_page": nil, "previous_page": nil})
}

func (s *Server) oneOrganization(q *question) *reply {
	o := s.orgs[q.id]
	if o == nil {
		return recordNotFound()
	}
	return ok(object{"organization": o.json(q.base)})
}

func (s *Server) manyOrganizations(q *question) *reply {
	ids, refusal := idList(q)
	if refusal != nil {
		return refusal
	}
	found := []any{}
	for _, id := range ids {
		if o := s.orgs[id]; o != nil {
			found = append(found, o.json(q.base))
		}
	}
	return ok(object{"organizations": found, "count": len(found), "next_page": nil, "previous_page": nil})
}

func (s *Server) listOrganizations(q *question) *reply {
	var list []*Organization
	for _, id := range slices.Sorted(maps.Keys(s.orgs)) {
		list = append(list, s.orgs[id])
	}
	out, _, refusal := paged(q, "organizations", list, func(o *Organization) key { return key{0, o.ID} }, false,
		func(o *Organization) any { return o.json(q.base) })
	if refusal != nil {
		return refusal
	}
	return ok(out)
}

// memberships lists who belongs where; an end user sees their own.
func (s *Server) memberships(q *question) *reply {
	var list []*User
	for _, id := range slices.Sorted(maps.Keys(s.users)) {
		if u := s.users[id]; u.Organization != 0 && (q.user.Role != "end-user" || id == q.user.ID) {
			list = append(list, u)
		}
	}
	out, _, refusal := paged(q, "organization_memberships", list, func(u *User) key { return key{0, u.ID} }, false, func(u *User) any {
		id := u.ID + 1
		name := ""
		if o := s.orgs[u.Organization]; o != nil {
			name = o.Name
		}
		return object{
			"id": id, "url": q.base + "/api/v2/organization_memberships/" + strconv.FormatInt(id, 10) + ".json", "user_id": u.ID,
			"organization_id": u.Organization, "organization_name": name, "default": true, "view_tickets": false,
			"created_at": stamp(u.CreatedAt.Unix()), "updated_at": stamp(u.CreatedAt.Unix()),
		}
	})
	if refusal != nil {
		return refusal
	}
	return ok(out)
}
