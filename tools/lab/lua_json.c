/* From a JSON tree to Lua values. */
#include "lua_lab.h"

void lab_push_json(lua_State *L, const struct json *json)
{
	luaL_checkstack(L, 4, "JSON");
	switch (json->type) {
	case JSON_NULL:
		lua_pushnil(L);
		break;
	case JSON_FALSE:
	case JSON_TRUE:
		lua_pushboolean(L, json->type == JSON_TRUE);
		break;
	case JSON_INTEGER:
		lua_pushinteger(L, json->integer);
		break;
	case JSON_REAL:
		lua_pushnumber(L, json->real);
		break;
	case JSON_STRING:
		lua_pushlstring(L, json->string, json->length);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		lua_newtable(L);
		lua_Integer index = 1;
		for (const struct json *member = json->first; member; member = member->next) {
			lab_push_json(L, member);
			if (json->type == JSON_OBJECT)
				lua_setfield(L, -2, member->name);
			else
				lua_rawseti(L, -2, index++);
		}
	}
}
