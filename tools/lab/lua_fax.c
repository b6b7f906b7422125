/* A call or a telephone as a fax machine: it sends a TIFF file, or takes one in. Both wait until the transfer is over.
 */
#include <stdio.h>
#include <string.h>

#include "lua_lab.h"

#define FAX_LONGEST_S 1800.0

static bool line_is_gone(const struct lab_party *party)
{
	enum lab_call_state state;
	if (!party->call)
		return !phone_lifted(party->phone);
	state = call_state(party->call);
	return state == LAB_CALL_RELEASED || state == LAB_CALL_REJECTED;
}

/* Who has made the call sounds CNG, the other CED. */
static bool is_calling(const struct lab_party *party)
{
	struct lab_call_facts facts;
	if (!party->call)
		return party->dialled;
	call_facts(party->call, &facts);
	return !facts.from_box;
}

static void push_facts(lua_State *L, const struct lab_fax_facts *facts, const char *file)
{
	lua_createtable(L, 0, 5);
	lua_pushinteger(L, facts->pages);
	lua_setfield(L, -2, "pages");
	lua_pushinteger(L, facts->bit_rate);
	lua_setfield(L, -2, "bit_rate");
	lua_pushboolean(L, facts->ecm);
	lua_setfield(L, -2, "ecm");
	lua_pushstring(L, facts->result);
	lua_setfield(L, -2, "result");
	lua_pushstring(L, file);
	lua_setfield(L, -2, "file");
}

/* Stack: party, file */
static int transfer_over(lua_State *L, bool last)
{
	struct lab_party *party = lab_party(L);
	struct lab_fax_facts facts;
	enum lab_fax status = party_fax(lab_party_voice(party), &facts);
	if (status == LAB_FAX_DONE) {
		push_facts(L, &facts, lua_tostring(L, 2));
		return 1;
	}
	if (status == LAB_FAX_RUNNING && !line_is_gone(party) && !last)
		return -1;
	return lab_fail(L, "%s: the fax did not go through: %s (%u pages)", party->name,
	                line_is_gone(party) ? "the call has ended" : facts.result, facts.pages);
}

static int wait_for_end(lua_State *L)
{
	static const struct lab_condition over = {transfer_over, BOX_PERIOD_SAMPLES * 10};
	return lab_until(L, FAX_LONGEST_S, &over);
}

static int l_fax_send(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	char path[4096], error[LAB_TEXT];
	lab_find_file(L, luaL_checkstring(L, 2), path, sizeof path);
	lua_settop(L, 1);
	lua_pushstring(L, path);
	if (party_fax_send(lab_party_voice(party), path, is_calling(party), error, sizeof error))
		return lab_fail(L, "%s", error);
	return wait_for_end(L);
}

/* Without a name the file stands in the folder of this run, which goes with it. */
static int l_fax_receive(lua_State *L)
{
	struct lab_party *party = lab_party(L);
	const char *name = luaL_optstring(L, 2, NULL);
	char path[4096], error[LAB_TEXT];
	if (name)
		snprintf(path, sizeof path, "%s", name);
	else
		snprintf(path, sizeof path, "%s/fax-%u.tiff", box_folder(lab_box(L)), ++lab_of(L)->faxes);
	lua_settop(L, 1);
	lua_pushstring(L, path);
	if (party_fax_receive(lab_party_voice(party), path, is_calling(party), error, sizeof error))
		return lab_fail(L, "%s", error);
	return wait_for_end(L);
}

const luaL_Reg lab_fax_methods[] = {{"fax_send", l_fax_send}, {"fax_receive", l_fax_receive}, {NULL, NULL}};
