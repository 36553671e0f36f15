// The configuration file's text, written for a person: a new one, or one with a project added and
// every other byte, comments included, as it was. What comes out is read back by config/from_json
// before it is believed. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result.h"

namespace mdh {

// key_source() is a key as config.json names it (file:PATH, agent:…); empty for a key's own text.
std::string key_source(const KeyReference& key);

// account_name() is what an account is called after its service account ("MyDataHelps.1234.lab" is
// "lab"), by which its key's file is called too; "default" where that cannot be.
std::string account_name(std::string_view service_account);

// config_text() is a new file with what of `config` is not the default.
std::string config_text(const Config& config);

// with_project() is `text` with the one project of `wanted` in it: added to the account of the same
// service account, or with an account of its own. `text` as it is where the project is there
// already; an Error (class config) where another project has its profile, or `text` is none.
Result<std::string> with_project(std::string_view text, const Config& wanted);

// account_in() is the account of `config` that is `wanted`'s own (by service account and token
// URL), or null.
const AccountConfig* account_in(const Config& config, const AccountConfig& wanted);

}  // namespace mdh
