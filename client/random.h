#pragma once

#include <cstdint>
#include <string_view>

namespace client {

/// Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014), the mixing function of SplitMix64.
inline std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e3779b97f4a7c15;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return mixed ^ mixed >> 31;
}

/// What a client draws depends on nothing but these, on every machine: FNV-1a over the name, mixed.
inline std::uint64_t random_state(std::uint64_t seed, std::string_view group, std::uint64_t index) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : group) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::uint64_t state = seed;
  state = next_random(state) ^ hash;
  state = next_random(state) ^ index;
  return next_random(state);
}

}  // namespace client
