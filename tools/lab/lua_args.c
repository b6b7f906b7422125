/* Named arguments: what is misspelt or of the wrong kind is said by name. */
#include <stdio.h>
#include <string.h>

#include "lua_lab.h"

void lab_check_fields(lua_State *L, int index, const char *what, const char *const *names)
{
	luaL_checktype(L, index, LUA_TTABLE);
	for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
		const char *const *name = names;
		if (lua_type(L, -2) != LUA_TSTRING)
			luaL_error(L, "%s: arguments are named, as in %s{%s=...}", what, what, names[0]);
		while (*name && strcmp(*name, lua_tostring(L, -2)) != 0)
			name++;
		if (!*name)
			luaL_error(L, "%s: unknown argument \"%s\"", what, lua_tostring(L, -2));
	}
}

static int field_of_type(lua_State *L, int index, const char *name, int type)
{
	int found = lua_getfield(L, index, name);
	if (found == LUA_TNIL) {
		lua_pop(L, 1);
		return 0;
	}
	bool fits = found == type || (type == LUA_TSTRING && found == LUA_TNUMBER);
	if (!fits)
		luaL_error(L, "%s must be a %s, not a %s", name, lua_typename(L, type), lua_typename(L, found));
	return 1;
}

double lab_number_field(lua_State *L, int index, const char *name, double otherwise)
{
	if (!field_of_type(L, index, name, LUA_TNUMBER))
		return otherwise;
	double value = lua_tonumber(L, -1);
	lua_pop(L, 1);
	return value;
}

long lab_integer_field(lua_State *L, int index, const char *name, long otherwise)
{
	int whole;
	if (!field_of_type(L, index, name, LUA_TNUMBER))
		return otherwise;
	long value = (long)lua_tointegerx(L, -1, &whole);
	if (!whole)
		luaL_error(L, "%s must be a whole number", name);
	lua_pop(L, 1);
	return value;
}

bool lab_boolean_field(lua_State *L, int index, const char *name, bool otherwise)
{
	if (!field_of_type(L, index, name, LUA_TBOOLEAN))
		return otherwise;
	bool value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

const char *lab_string_field(lua_State *L, int index, const char *name, const char *otherwise)
{
	if (!field_of_type(L, index, name, LUA_TSTRING))
		return otherwise;
	const char *value = lua_tostring(L, -1);
	lua_pop(L, 1);
	return value;
}

int lab_word_field(lua_State *L, int index, const char *name, const struct lab_word *words, int otherwise)
{
	int type = lua_getfield(L, index, name);
	int value = otherwise;
	if (type == LUA_TNUMBER) {
		value = (int)lua_tointeger(L, -1);
	} else if (type == LUA_TSTRING) {
		while (words->word && strcmp(words->word, lua_tostring(L, -1)) != 0)
			words++;
		if (!words->word)
			luaL_error(L, "%s: unknown value \"%s\"", name, lua_tostring(L, -1));
		value = words->value;
	} else if (type != LUA_TNIL) {
		luaL_error(L, "%s must be a word or a number", name);
	}
	lua_pop(L, 1);
	return value;
}

void lab_copy_field(lua_State *L, int index, const char *name, char *to, size_t size)
{
	lua_getfield(L, index, name);
	if (!lua_isnil(L, -1)) {
		size_t length;
		const char *value = lua_tolstring(L, -1, &length);
		if (!value)
			luaL_error(L, "%s must be a string", name);
		if (length >= size)
			luaL_error(L, "%s is too long: at most %d characters", name, (int)size - 1);
		memcpy(to, value, length + 1);
	}
	lua_pop(L, 1);
}

double lab_seconds_argument(lua_State *L, int index, double otherwise)
{
	double seconds = luaL_optnumber(L, index, otherwise);
	luaL_argcheck(L, seconds >= 0 && seconds < 1e7, index, "seconds expected");
	return seconds;
}
