#include "client/scenario/template.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace client::scenario {
namespace {

using Reference = Template::Reference;

Template::Part part(Reference reference, std::string literal = {}, std::uint32_t length = 0) {
  return {.reference = reference, .literal = std::move(literal), .number = length};
}

std::string expanded(const Template& text, ExpansionContext context = {}) {
  std::string out;
  text.expand(context, out);
  return out;
}

TEST(Template, OfLiteralsIsConstant) {
  EXPECT_TRUE(Template().is_constant());
  EXPECT_EQ(Template().constant(), "");
  const Template joined({part(Reference::literal, "a"), part(Reference::literal, "b")});
  EXPECT_TRUE(joined.is_constant());
  EXPECT_EQ(joined.constant(), "ab");
  EXPECT_EQ(expanded(joined), "ab");
}

TEST(Template, IsFilledInForEachClient) {
  const Template text({part(Reference::literal, "<"), part(Reference::client_name), part(Reference::literal, " "),
                       part(Reference::client_index), part(Reference::literal, "/"), part(Reference::iteration),
                       part(Reference::literal, ">")});
  EXPECT_FALSE(text.is_constant());
  EXPECT_EQ(text.constant(), "<");
  EXPECT_EQ(expanded(text, {.client_index = 17, .client_name = "greeter", .iteration = 3}), "<greeter 17/3>");
  EXPECT_EQ(expanded(text, {.client_index = 18446744073709551615U, .client_name = "", .iteration = 0}),
            "< 18446744073709551615/0>");
}

TEST(Template, AppendsToWhatIsThere) {
  std::string out = "front ";
  Template("back").expand({}, out);
  EXPECT_EQ(out, "front back");
}

TEST(Template, TellsWhetherTheClockIsNeeded) {
  const Template text({part(Reference::now_ms)});
  EXPECT_TRUE(text.uses_clock());
  EXPECT_EQ(expanded(text, {.client_index = 0, .client_name = "", .iteration = 0, .now_ms = 1700000000123}),
            "1700000000123");
  EXPECT_FALSE(Template({part(Reference::uuid), part(Reference::iteration)}).uses_clock());
}

TEST(Template, MakesUuidsOfVersionFour) {
  std::vector<std::uint64_t> bits{0, 0, ~0ULL, ~0ULL, 0x0123456789abcdef, 0xfedcba9876543210};
  std::size_t drawn = 0;
  std::function<std::uint64_t()> random = [&] { return bits.at(drawn++); };
  const Template text({part(Reference::uuid)});
  ExpansionContext context{.client_index = 0, .client_name = "", .iteration = 0, .now_ms = 0, .random = &random};
  EXPECT_EQ(expanded(text, context), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(expanded(text, context), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(expanded(text, context), "01234567-89ab-4def-bedc-ba9876543210");
}

TEST(Template, DrawsLettersAndDigits) {
  std::uint64_t state = 1;
  std::function<std::uint64_t()> random = [&] { return state = state * 6364136223846793005U + 1442695040888963407U; };
  ExpansionContext context{.client_index = 0, .client_name = "", .iteration = 0, .now_ms = 0, .random = &random};
  const std::string drawn = expanded(Template({part(Reference::random_text, "", 10000)}), context);
  EXPECT_EQ(drawn.size(), 10000U);
  for (const char c : std::string("0123456789abcdefghijklmnopqrstuvwxyz")) {
    EXPECT_GT(std::ranges::count(drawn, c), 200) << c;
  }
  EXPECT_THAT(drawn, testing::Not(testing::ContainsRegex("[^0-9a-z]")));
  EXPECT_NE(expanded(Template({part(Reference::random_text, "", 8)}), context), drawn.substr(0, 8));
}

TEST(TemplateDeathTest, NeedsRandomnessForAUuid) {
  std::string out;
  EXPECT_DEATH(Template({part(Reference::uuid)}).expand({}, out), "given randomness");
}

}  // namespace
}  // namespace client::scenario
