package desk

import (
	"strconv"
	"strings"
	"time"
)

// setupAt is when the account's setup records were made.
func setupAt() string { return stamp(time.Date(2023, 9, 9, 23, 51, 58, 0, time.UTC).Unix()) }

func groupJSON(base string) object {
	return object{
		"url": base + "/api/v2/groups/" + strconv.FormatInt(groupID, 10) + ".json", "id": groupID, "is_public": true, "name": "Support",
		"description": "", "default": true, "deleted": false, "created_at": setupAt(), "updated_at": setupAt(),
	}
}

func (s *Server) listGroups(q *question) *reply {
	return ok(object{"groups": []object{groupJSON(q.base)}, "count": 1, "next_page": nil, "previous_page": nil})
}

// customStatuses lists one status per category. Closed has no custom status: it is no choice of an agent's.
func (s *Server) customStatuses(q *question) *reply {
	list := []object{}
	for _, name := range statuses() {
		if name == "closed" {
			continue
		}
		id, label := customStatusID(name), strings.ToUpper(name[:1])+name[1:]
		if name == "hold" {
			label = "On-hold"
		}
		shown := label
		if name == "new" || name == "hold" {
			shown = "Open" // what the portal calls them
		}
		list = append(list, object{
			"url": q.base + "/api/v2/custom_statuses/" + strconv.FormatInt(id, 10) + ".json", "id": id, "status_category": name,
			"agent_label": label, "raw_agent_label": label, "end_user_label": shown, "raw_end_user_label": shown, "description": "",
			"raw_description": "", "end_user_description": "", "raw_end_user_description": "", "active": true, "default": true,
			"created_at": setupAt(), "updated_at": setupAt(),
		})
	}
	return ok(object{"custom_statuses": list})
}

// ticketFields lists the system fields a client may want the names of.
func (s *Server) ticketFields(q *question) *reply {
	list := []object{}
	for i, name := range []string{"Subject", "Description", "Status", "Priority", "Type"} {
		id := int64(6130830341000) + int64(i)*128
		list = append(list, object{
			"url": q.base + "/api/v2/ticket_fields/" + strconv.FormatInt(id, 10) + ".json", "id": id, "type": strings.ToLower(name),
			"title": name, "raw_title": name, "description": "", "raw_description": "", "position": i, "active": true, "required": false,
			"collapsed_for_agents": false, "regexp_for_validation": nil, "title_in_portal": name, "raw_title_in_portal": name,
			"visible_in_portal": true, "editable_in_portal": i < 2, "required_in_portal": i < 2, "tag": nil, "removable": false,
			"agent_description": nil, "created_at": setupAt(), "updated_at": setupAt(),
		})
	}
	return ok(object{"ticket_fields": list, "count": len(list), "next_page": nil, "previous_page": nil})
}

func (s *Server) settings(q *question) *reply {
	return ok(object{"settings": object{
		"tickets": object{
			"status_hold": true, "markdown_ticket_comments": false, "rich_text_comments": true, "private_attachments": s.opt.PrivateAttachments,
			"comments_public_by_default": true, "tagging": true,
		},
		"limits":          object{"attachment_size": s.attachmentLimit()},
		"active_features": object{"on_hold_status": true, "markdown": false},
		"api":             object{"accepted_api_agreement": true, "api_password_access": "false", "api_token_access": "false"},
		"localization":    object{"locale_ids": []int{1}},
		"branding":        object{},
		"brands":          object{"default_brand_id": brandID},
	}})
}
